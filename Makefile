# The same words as ./run, for those who type make.
.PHONY: run test lint bench doctor
run:
	@./run
test lint bench doctor:
	@./run $@
