from common.ratelimit import delay_after


def test_delays_double_up_to_a_quarter_of_an_hour():
    assert [delay_after(n) for n in range(8)] == [0, 0, 0, 1, 2, 4, 8, 16]
    assert delay_after(12) == 512
    assert delay_after(13) == delay_after(10**9) == 900
