"""Lists that names of the demonstration are put together from."""

# Surnames of southern Fujian, with the share of people per thousand, rounded.
SURNAMES = {
    "陈": 116, "林": 97, "黄": 62, "张": 50, "吴": 46, "李": 45, "郑": 36, "王": 40, "刘": 32,
    "苏": 22, "蔡": 28, "杨": 26, "许": 24, "洪": 16, "郭": 17, "叶": 20, "谢": 16, "周": 14,
    "曾": 15, "庄": 12, "赖": 10, "徐": 10, "邱": 10, "何": 10, "江": 9, "罗": 9, "余": 8,
    "施": 9, "颜": 8, "沈": 7, "柯": 7, "方": 8, "潘": 7, "卢": 7, "魏": 6, "邓": 6, "戴": 6,
    "廖": 6, "傅": 5, "高": 5, "朱": 6, "詹": 4, "严": 4, "连": 3, "涂": 3, "纪": 4, "蓝": 4,
}  # fmt: skip

# Surnames of families that came back from Vietnam, most from Guangxi's coast, and Guangdong.
FARM_SURNAMES = {
    "阮": 12, "黎": 10, "邓": 12, "黄": 14, "陈": 14, "李": 10, "何": 8, "梁": 9, "苏": 6, "罗": 6,
    "吴": 6, "林": 6, "张": 6, "方": 4, "裴": 4, "范": 4, "武": 3, "龙": 3, "禤": 2, "庞": 3,
}  # fmt: skip

# Surnames read otherwise than the character usually is, rare ones, and double ones.
RARE_SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "区": "ou", "解": "xie", "查": "zha", "盖": "ge",
    "翟": "zhai", "乐": "yue", "尉迟": "yuchi", "欧阳": "ouyang", "万俟": "moqi", "覃": "qin",
    "朴": "piao", "佘": "she", "缪": "miao", "任": "ren",
    "员": "yun", "黑": "he", "折": "she", "种": "chong", "秘": "bi", "逄": "pang",
    "车": "che", "那": "na", "令狐": "linghu", "长孙": "zhangsun", "澹台": "tantai",
    "皇甫": "huangfu", "上官": "shangguan", "诸葛": "zhuge", "禤": "xuan", "冼": "xian",
    "璩": "qu", "繁": "po", "召": "shao",
}  # fmt: skip

# Given names by the decade of birth; before 1940 people are called as in the 1940s.
GIVEN_NAMES = {
    1940: {
        "male": "国华 金水 文德 建民 德福 水生 清泉 振声 炳坤 永福 天赐 庆祥 火旺 添丁 荣发",
        "female": "秀英 玉兰 桂花 淑珍 美玉 阿妹 金枝 素贞 宝珠 月娥 翠莲 惠贞 招娣 锦绣 彩云",
    },
    1950: {
        "male": "建国 国强 志明 援朝 和平 跃进 卫东 明辉 文龙 振兴 国栋 永胜 建华 保国 新民",
        "female": "秀兰 丽华 玉珍 爱华 凤英 美珠 淑华 桂英 惠英 素英 春梅 丽珍 亚珠 雪英 红英",
    },
    1960: {
        "male": "卫红 志强 建军 文革 海生 国庆 劲松 勇 志坚 永红 伟民 学军 向阳 建平 少华",
        "female": "红梅 丽娟 卫红 美华 秀琴 晓红 丽萍 建英 亚玲 月琴 小燕 惠玲 丽云 红霞 淑娟",
    },
    1970: {
        "male": "伟 勇 建峰 海峰 俊 晓东 志勇 国辉 文彬 艺辉 毅 剑锋 永强 少鹏",
        "female": "丽 燕 艳 敏 丽芳 晓燕 雪梅 秀丽 海燕 美玲 文娟 志红 小玲 惠芳 艺红",
    },
    1980: {
        "male": "鹏 磊 伟杰 志鹏 俊杰 晓明 浩 明哲 毅鹏 超 斌 文杰 宇 凯 艺伟",
        "female": "静 雅婷 晓芸 婷婷 倩 雪 慧敏 艺芳 佳 小芳 丽萍 燕芳",
    },
    1990: {
        "male": "志远 嘉豪 俊豪 宇航 凯文 泽宇 伟豪 子豪 鑫 晨 思源 明轩 昊 承志 嘉伟",
        "female": "雨晴 思琪 梦琪 嘉欣 雅琳 诗琪 欣怡 佳怡 晓彤 舒婷 雨桐 嘉颖 静怡 可欣 琳",
    },
    2000: {
        "male": "子轩 浩然 宇轩 梓豪 俊熙 博文 子涵 铭泽 天佑 睿 煜城 奕辰 皓轩 锦程 一诺",
        "female": "欣怡 子涵 梓涵 诗涵 雨萱 一诺 语桐 可馨 佳琪 思颖 梦瑶 紫萱 若曦 依诺 奕彤",
    },
    2010: {
        "male": "沐宸 宇泽 浩宇 奕泽 梓睿 景行 亦辰 沐阳 俊逸 星辰 云舟 知远 嘉树 翊航 梓轩",
        "female": "若汐 一诺 语汐 沐瑶 清妍 梓萱 芷若 星瑶 可心 书瑶 知夏 念安 以沫 芊羽 云舒",
    },
}

# Characters outside the common fonts or the common input methods; most outside GB 2312.
RARE_GIVEN_NAMES = (
    "𬭎", "䶮", "㛃", "喆", "垚", "赟", "翀", "祎", "彧", "頔", "堃", "燊", "犇", "昉", "珺", "玥",
    "志𬭎", "小䶮", "文㛃", "明喆", "𬍛", "思𫖯",
)  # fmt: skip

# What people were called before, and changed.
FORMER_GIVEN_NAMES = [
    "阿狗",
    "亚九",
    "文革",
    "跃进",
    "招弟",
    "来娣",
    "卫东",
    "学红",
    "亚妹",
    "阿财",
    "土生",
    "番生",
    "南生",
    "越生",
    "兴华",
]

# People from Hong Kong and Macao write the traditional forms and spell as they speak.
TRADITIONAL_SURNAMES = {
    "陳": "Chan", "黃": "Wong", "張": "Cheung", "劉": "Lau", "吳": "Ng", "鄭": "Cheng",
    "許": "Hui", "葉": "Yip", "謝": "Tse", "蘇": "So", "羅": "Lo", "鄧": "Tang",
}  # fmt: skip
TRADITIONAL_GIVEN_NAMES = {
    "male": {"家傑": "Ka Kit", "國基": "Kwok Kei", "偉強": "Wai Keung", "志豐": "Chi Fung",
             "耀輝": "Yiu Fai", "啟賢": "Kai Yin", "樂軒": "Lok Hin"},
    "female": {"麗儀": "Lai Yee", "美鳳": "Mei Fung", "寶儀": "Po Yee", "詠詩": "Wing Sze",
               "嘉慧": "Ka Wai", "靜雯": "Ching Man", "綺華": "Yee Wah"},
}  # fmt: skip

# Chinese people abroad as their passports have them: family names and given names by country.
LATIN_FAMILY_NAMES = {
    "MY": "Tan Lim Ong Lee Goh Yap Chua Teoh Khoo Ng",
    "SG": "Tan Lim Ng Koh Teo Sim Heng Chia Foo Low",
    "VN": "Trần Lý Lâm Quách Vương Huỳnh Tăng",
    "ID": "Wijaya Halim Gunawan Kusuma Hartono Santoso Limanto",
    "PH": "Chua Sy Uy Dy Tiu Yu Tan Go",
    "TH": "Sae-Tan Sae-Lim Sae-Ung Sae-Lee Sae-Ngow",
    "US": "Chen Lin Wong Huang Liu Ong Tsai",
    "CA": "Chan Lam Leung Zhang Wu Kwok",
    "GB": "Cheung Man Liu Tang Hau",
    "AU": "Zhang Nguyen Lee Ho Xu",
    "DE": "Zhou Lin Yang Huang",
    "FR": "Zheng Ye Hu Tran",
}
LATIN_GIVEN_NAMES = {
    "MY": {"male": "Wei Ming|Kok Leong|Chee Hong", "female": "Mei Ling|Siew Hoon|Pei Shan"},
    "SG": {"male": "Jia Wei|Boon Keng|Zhi Hao", "female": "Hui Min|Li Ting|Xiu Wen"},
    "VN": {"male": "Văn Minh|Quốc Hùng|Đức Thành", "female": "Thị Lan|Ngọc Anh|Thị Mai"},
    "ID": {"male": "Budi|Hendra|Agus|Rudy", "female": "Lestari|Yuliana|Dewi|Siska"},
    "PH": {"male": "Antonio|Ramon|Jose Luis", "female": "Maria|Josefa|Ana Lucia"},
    "TH": {"male": "Somchai|Prasert|Anan", "female": "Malee|Suda|Kanya"},
    "US": {"male": "Jason|Kevin|Eric|Brian", "female": "Emily|Grace|Michelle|Tiffany"},
    "CA": {"male": "Jonathan|Derek|Raymond", "female": "Vivian|Amy|Fiona"},
    "GB": {"male": "William|Oliver|Adrian", "female": "Sophie|Charlotte|Helen"},
    "AU": {"male": "Jack|Daniel|Vincent", "female": "Olivia|Chloe|Lucy"},
    "DE": {"male": "Felix|Lukas|Jonas", "female": "Anna|Katharina|Lena"},
    "FR": {"male": "Julien|Mathieu|Rémi", "female": "Camille|Élodie|Anaïs"},
}
FAMILY_NAME_FIRST = frozenset({"MY", "SG", "VN"})

# Foreign names written with Chinese characters: a middle dot (U+00B7) between the parts.
TRANSLITERATED_GIVEN_NAMES = {
    "male": ["约翰", "大卫", "阿玛尔", "卡洛斯", "威廉"],
    "female": ["玛丽亚", "安娜", "苏珊", "维多利亚", "艾琳", "莉莎"],
}
TRANSLITERATED_FAMILY_NAMES = [
    "陈",
    "桑托斯",
    "威廉·李",
    "黄",
    "维贾亚",
    "罗德里格斯",
    "古纳万",
    "德拉克鲁斯",
]
# Students from Xinjiang: one's own name, then the father's.
UYGHUR_NAMES = {
    "male": ["艾力", "买买提", "阿卜杜拉", "吐尔逊", "努尔麦麦提"],
    "female": ["阿依古丽", "古丽娜尔", "热依汗", "米日古丽", "阿依努尔"],
}
