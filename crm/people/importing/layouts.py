"""The rosters that sites keep: names of their sheets, and headings with all variants.

Source: real forms, public code and usual practice, compiled in November 2026 as eight layouts
(``guiqiao_qiaojuan_register`` and so on). Headings are compared after `normalise`.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from common import variants
from crm.people.importing.fields import IGNORED, NOT_COLLECTED, NOT_KEPT_YET


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of roster: what its sheets are called, and what a heading means in it."""

    title: str
    sheet_names: frozenset[str]
    fields: Mapping[str, str]


def normalise(text: str) -> str:
    r"""Return a heading in the form that is compared.

    >>> normalise("居住国（地区）"), normalise(" 姓　名\n"), normalise("*性 別：")
    ('居住国地区', '姓名', '性别')
    """
    folded = variants.folded(unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"[\s()\[\]【】《》<>:*、,,.·“”\"'\u200b-\u200f\ufeff/-]", "", folded)


def without_brackets(text: str) -> str:
    """Return a heading without its unit or hint.

    >>> without_brackets("身份证号（18位）"), without_brackets("月收入(元)")
    ('身份证号', '月收入')
    """
    return re.sub(r"[(（\[【][^()（）\[\]【】]*[)）\]】]", "", text)


def _headings(table: Mapping[str, str]) -> dict[str, str]:
    return {
        normalise(heading): field for field, listed in table.items() for heading in listed.split()
    }


_COMMON = {
    "full_name": "姓名 侨眷姓名 归侨姓名 职工姓名 中文姓名 中文名 律师姓名 本人姓名 志愿者姓名"
    " Name FullName ChineseName",
    "phone": "常用电话 联系电话 联系方式 手机 手机号码 手机号 电话 海外电话 中国联系电话 国内电话"
    " 电话号码 本人电话 本人联系电话 移动电话 固定电话 座机 手机电话 联系手机"
    " Phone PhoneNumber PhoneNo Mobile MobileNumber Tel Telephone",
    "sex": "性别 Sex Gender",
    "birth_date": "出生年月 出生日期 出生年月日 出生时间 生日 DateOfBirth BirthDate Birthday DOB",
    "age": "年龄 周岁 年龄(岁)",
    "id_number": "身份证号 身份证号码 身份证 证件号码 公民身份号码 身份证件号码 身份号码 证件号"
    " IDNumber IDNo IDCard IDCardNumber IDCardNo",
    "passport": "护照号 护照号码 护照 本人护照号 Passport PassportNo PassportNumber",
    "other_paper": "其他证件",
    "contact:wechat": "微信 微信号 WeChat WeChatID",
    "contact:email": "邮箱 E-mail 电子邮箱 电子邮件 邮件",
    "contact:qq": "QQ QQ号 QQ号码",
    "contact:abroad": "住在国(地区)居住地址 现旅居地详细地址 海外地址 国外地址 境外地址 旅居地址",
    "address": "家庭住址 住址 现住址 居住地址 户籍地址 所在社区 国内居住地址"
    " 中国居住地详细地址/原籍地 中国居住地详细地址 居住区域 家庭地址 地址 详细地址 通讯地址"
    " 现居住地 Address HomeAddress",
    "native_place": "籍贯 祖籍 祖籍地 原籍 原籍地",
    "nationality": "国(地区)籍 国籍 现国籍 Nationality Citizenship",
    "identity": "身份类别 侨界身份 归侨/侨眷 统战身份 归难侨身份 是否归侨 侨别 身份 侨务身份"
    " 是否华侨、归侨、侨眷 人员类别 涉侨身份 是否侨眷 是否华侨 是否外籍华人 Identity",
    "identity:GA": "是否香港、澳门同胞 是否港澳同胞 是否港澳居民",
    "identity:GAJ": "是否香港、澳门眷属 是否港澳眷属",
    "former_country": "原侨居国 原居住国 归自何国 归自 原侨居地 归国前侨居国 原旅居国",
    "other_name": "拼音/外文名 EnglishName 英文名 外文名 拼音 英文姓名 外文姓名 别名 其他姓名",
    "former_name": "曾用名 原名",
    "surname_reading": "姓氏读音",
    "languages": "常用语言",
    "overseas_people": "海外亲属姓名 境外亲属姓名 华侨姓名 亲属姓名 国外亲属姓名",
    "overseas_relation": "与海外直系亲属关系 与华侨关系 亲属关系 与海外亲属关系 与境外亲属关系",
    "overseas_country": "海外直系亲属旅居国 海外亲属所在国 海外亲属居住国 (眷属)侨居国 亲属旅居国"
    " 海外亲属国别 亲属所在国",
    "household_number": "户号 户编号",
    "household_head": "户主 户主姓名",
    "household_relation": "与户主关系 家庭关系",
    "status": "状态 人员状态 在册状态 是否健在 健在情况",
    "note": "备注 说明 其他情况 备注说明 Remark Remarks Note Notes",
    "fact:residence_country": "住在国(地区) 住在国 现居住国 现居住国(地区) 留学国家 留学国别"
    " 居留国家"
    " 侨居国/地区 Country CountryOfResidence",
    "fact:residence_place": "住在国城市 居住城市 旅居城市",
    "fact:left": "出国时间 旅居时间 出国年份 出国日期 出境时间",
    "fact:period": "出国时期",
    "fact:settled_abroad": "定居住在国(地区)时间 定居时间",
    "fact:resettled": "回国定居时间 回国时间 归国时间 回国年份 安置时间 回国日期 归国年份",
    "fact:overseas_permit": "境外居留身份 居留身份 居留资格",
    "fact:overseas_ties": "海外关系",
    "fact:donations": "对家乡捐赠 捐赠情况",
    "fact:birth_place": "出生地",
    "fact:ethnic_group": "民族",
    "fact:education": "文化程度 学历 学位 最高学历 学历学位 全日制学历",
    "fact:social_posts": "社会任职 社会职务 社团职务 侨团职务 侨联职务"
    " 在民主党派、人大、政协等任职情况",
    "fact:occupation": "职业",
    "fact:industry": "行业 所从事行业",
    "fact:employer": "工作单位 公司/单位名称 企业名称 工作单位/学校 单位 单位名称",
    "fact:position": "职务 职称 职务职称",
    "fact:founder": "是否回国创业人员 创业标志 是否创业",
    "fact:returned_student": "是否留学回国人员 留学标志 是否留学",
    "fact:study_kind": "留学类别 公派/自费",
    "fact:school": "毕业院校中文名 毕业院校 留学院校 学校",
    "fact:school_latin": "毕业院校英文名",
    "fact:major": "专业 所学专业",
    "fact:degree_certificate": "学历认证编号",
    "fact:farm_team": "生产队 管区 作业区 分场",
    "fact:farm_work": "用工状态 职工类别 在职/退休/解除劳动关系",
    "fact:farm_work_since": "参加工作时间 参加工作日期",
    "fact:farm_retired": "退休时间 退休日期",
    "fact:farm_pension": "养老保险 是否参保",
    "fact:farm_medical": "医疗保险",
    "fact:farm_housing": "住房情况 是否危房改造 安置房号",
    "fact:farm_land": "承包土地(亩) 承包土地 土地面积 土地面积(亩)",
    NOT_COLLECTED: "海外直系亲属护照号 亲属护照号 海外亲属电话 海外亲属联系方式 政治面貌"
    " 健康状况 疾病名称"
    " 残疾等级 宗教信仰 党组织名称 困难情况 是否困难 是否低保 低保 困难 救助类型"
    " 低保/特困/边缘 是否重点人士"
    " 国内联系人 国内直系亲属姓名 国内联系人手机号 国内直系亲属联系方式 家长姓名 国内亲属"
    " 家庭成员情况"
    " 紧急联系人 紧急联系电话 紧急联系人电话 监护人(未满18周岁) 监护人 所属区/县侨联 所属侨联"
    " 所属社区 街道"
    " 调查员 填表人 调查日期 填表日期 居留原因 居留年限 非全日制学历 党派 是否台湾同胞"
    " 是否台湾同胞在大陆亲属 是否有残疾 病史 血型",
    NOT_KEPT_YET: "专业技能 特长 服务技能 服务类别 服务意向 志愿服务类别 志愿者编号"
    " 志愿服务信息系统编号"
    " 外语语种及水平 语言 可服务时间 空闲时间 服务时段 累计时长(小时) 累计时长 服务时长 培训情况"
    " 家庭人口 家庭人数 月人均收入(元) 月人均收入 年人均收入 家庭年收入 收入来源 侨汇"
    " 有无养老金 是否退休"
    " 危房等级 困难原因 致困原因 困难类型 帮扶措施 享受政策 救助金额(元) 救助金额 补助标准"
    " 慰问金 发放日期"
    " 开户行及账号 一卡通账号 帮扶责任人 律师执业证号 执业证号 执业证书号 执业机构 律师事务所"
    " 所在律所"
    " 执业类别 专职/兼职 首次执业年份 执业年限 专业领域 擅长领域 业务专长 服务语种 外语 方言"
    " 值班时间"
    " 服务方式 线上/线下 律所地址 法顾委职务 聘任职务 聘期 聘任时间 年度考核 年度考核结果",
    # From 身份状态 on, columns of our own exports: only an authority's paper makes somebody
    # recognised, and relatives are linked on their own pages.
    IGNORED: "序号 编号 行号 序 NO 号 身份状态 认定情况 身份依据 证件签发与有效期 境外居留记录"
    " 家庭名称 在册亲属 海外亲属身份 同意事项 系统编号",
}
COMMON = _headings(_COMMON)
# Headings that ask for one identity; the cell says yes or no, or names it.
ASKED = _headings({
    "GQ": "是否归侨", "QJ": "是否侨眷", "HQ": "是否华侨", "WJHR": "是否外籍华人",
})  # fmt: skip
# Identities side by side, to be ticked. In a form they are answers, never labels.
_TICKED = _headings({
    "identity:GQ": "归侨 老归侨 归难侨", "identity:QJ": "侨眷", "identity:HQ": "华侨",
    "identity:WJHR": "外籍华人 华人", "identity:QS": "侨属", "identity:GA": "港澳居民 港澳同胞",
    "identity:GAJ": "港澳眷属", "identity:LXGG": "归国留学人员 留学归国人员",
    "identity:LXJS": "留学人员家属 留学生家属",
})  # fmt: skip
# Two words that name a column only together with the heading above them.
KIN_GROUPS = re.compile("亲属|眷属|家属|海外|境外|国外|家庭成员|联系人|监护人|家长")
_IN_KIN_GROUP = _headings({
    "overseas_people": "姓名 亲属姓名 海外亲属姓名",
    "overseas_relation": "关系 与本人关系 与侨眷关系 称谓 亲属关系",
    "overseas_country": "国别 国家 居住国 旅居国 侨居国 所在国 所在国家 住在国 居住国(地区)"
    " 国籍 现居住国"
    " 国家(地区) 住在国(地区) 国家地区",
})  # fmt: skip


def _layout(title: str, sheets: str, **own: str) -> Layout:
    """Return a layout; ``own`` are headings that mean something else, or anything, only in it."""
    given = {field.replace("__", ":"): listed for field, listed in own.items()}
    return Layout(title, frozenset(map(normalise, sheets.split())), COMMON | _headings(given))


LAYOUTS: Mapping[str, Layout] = {
    "guiqiao_qiaojuan_register": _layout(
        "归侨侨眷登记表",
        "归侨侨眷 侨眷 归侨 归侨侨眷登记表 归侨侨眷名册 留学生家属 统战成员信息表",
        overseas_relation="关系 与本人关系",
        overseas_country="侨居国 旅居国 居住国(地区) 居住国 住在国 住在国(地区) 所在国家"
        " 侨居国(地区)",
        identity="类别",
        birth_date="年龄",
    ),
    "qiaoqing_census_person": _layout(
        "侨情普查表",
        "人员信息表(一) 人员信息表 附件1 侨情普查表 侨情摸底调查人员信息表 基本情况",
        fact__residence_country="旅居国 居住国(地区) 居住国 侨居国",
        identity="类别",
        fact__period="出国时间",
    ),
    "huaqiao_farm_roster": _layout(
        "华侨农场职工花名册",
        "职工花名册 在职 退休 归难侨 危房改造户 花名册",
        identity="身份 类别",
    ),
    "returned_student_info": _layout(
        "留学(归国)人员信息表",
        "留学人员 留学归国人员 留学生 海外留学生、归国留学生名册 归国留学生",
        fact__residence_country="居住国 居住国(地区) 旅居国 侨居国",
    ),
    "overseas_compatriot_info": _layout(
        "海外侨胞基本信息表",
        "华侨华人 海外侨胞 重点人士",
        fact__residence_country="旅居国 居住国 居住国(地区) 侨居国 所在国家",
        identity="类别",
    ),
    "volunteer_register": _layout(
        "为侨服务志愿者登记表", "侨务工作志愿者名册 志愿者登记表 志愿者 为侨服务志愿者登记表"
    ),
    "needy_guiqiao_ledger": _layout(
        "困难归侨台账",
        "侨界困难家庭情况表 困难归侨台账 特困归侨 困难归侨",
        full_name="户主姓名",
        not_collected="住房情况 是否危房改造",
    ),
    "lawyer_volunteer_roster": _layout(
        "律师志愿者名册",
        "律师团名册 法律顾问委员会名单 律师名册 律师志愿者名册",
        not_kept_yet="工作单位",
    ),
}
# Ledgers beside the rosters: what happened, not who lives here.
_NOT_PEOPLE = (
    "会议记录 活动记录 走访慰问情况表 侨情民意记录表 归侨侨眷来信来访记录 来信来访记录"
    " 填写说明 填表说明 说明 字典 选项 下拉 码表 数据字典"
)
NOT_PEOPLE = frozenset(map(normalise, _NOT_PEOPLE.split()))


def field_of(heading: str, layout: Layout | None) -> tuple[str, float]:
    """Return the field that a heading most likely means, and how sure that is from 0 to 1.

    Args:
        heading: as it stands in the file; two levels are joined with "/".
        layout: the kind of roster, if it is known.

    >>> field_of("亲属情况/姓名", None), field_of("身份证号（必填）", None)
    (('overseas_people', 0.9), ('id_number', 0.9))
    >>> field_of("积分", None)
    ('', 0.0)
    """
    known = layout.fields if layout else COMMON
    whole = normalise(heading)
    if field := known.get(whole):
        return field, 1.0
    upper, slash, lower = variants.folded(heading).rpartition("/")
    if slash and KIN_GROUPS.search(upper):
        field = _IN_KIN_GROUP.get(normalise(lower), NOT_COLLECTED)
        if re.search("联系人|监护人|家长|家庭成员", upper):
            field = NOT_COLLECTED
        return field, 0.9
    bare = known.get(normalise(without_brackets(heading)))
    if bare:
        return bare, 0.9
    if slash and (field := known.get(normalise(lower)) or known.get(normalise(upper))):
        return field, 0.8
    for own in ("本人", "个人", "归侨", "侨眷", "填表人", "您的", "现", "志愿者", "职工", "律师"):
        if whole.startswith(own) and (field := known.get(whole.removeprefix(own))):
            return field, 0.6
    return "", 0.0


def column_of(heading: str, layout: Layout | None) -> tuple[str, float]:
    """Return what `field_of` does, of a table: there an identity may head a column of ticks.

    >>> column_of("侨眷", None), field_of("侨眷", None)
    (('identity:QJ', 0.9), ('', 0.0))
    """
    ticked = _TICKED.get(normalise(heading))
    return (ticked, 0.9) if ticked else field_of(heading, layout)


def guess_layout(sheet: str, headings: list[str]) -> str:
    """Return the key of the layout that fits a sheet best by its name and headings; "" for none."""
    name = normalise(sheet)
    best, most = "", 0.0
    plain = {normalise(heading) for heading in headings if heading}
    for key, layout in LAYOUTS.items():
        score = sum(heading in _OWN[key] for heading in plain) / max(len(plain), 1)
        if name in layout.sheet_names:
            score += 1.0
        elif any(len(known) > 2 and known in name for known in layout.sheet_names):
            score += 0.5
        if score > most:
            best, most = key, score
    return best if most >= _LEAST_SCORE else ""


_LEAST_SCORE = 0.04
# Headings by which a layout is told from the others.
_OWN: Mapping[str, frozenset[str]] = {
    key: frozenset(map(normalise, listed.split()))
    for key, listed in {
        "guiqiao_qiaojuan_register": "海外亲属姓名 与海外直系亲属关系 海外直系亲属护照号 统战身份"
        " 海外直系亲属旅居国 身份类别 归侨姓名 侨眷姓名 归侨/侨眷 与华侨关系 侨居国",
        "qiaoqing_census_person": "国(地区)籍 是否回国创业人员 是否留学回国人员 住在国(地区) 调查员"
        " 定居住在国(地区)时间 住在国(地区)居住地址 国内居住地址 出生地 调查日期 最高学历",
        "huaqiao_farm_roster": "户号 户主 与户主关系 职工姓名 归难侨身份 生产队 参加工作时间"
        " 用工状态"
        " 养老保险 承包土地(亩) 安置时间 管区 作业区 医疗保险",
        "returned_student_info": "留学国家 留学国别 毕业院校中文名 学位 国内直系亲属姓名 留学类别"
        " 所学专业 学历认证编号 留学院校 家长姓名 毕业院校英文名",
        "overseas_compatriot_info": "现国籍 现居住国 现旅居地详细地址 社会任职 社团职务 侨团职务"
        " 对家乡捐赠 是否重点人士 国内亲属 海外电话 中文姓名",
        "volunteer_register": "专业技能 服务类别 志愿者编号 可服务时间 居住区域 紧急联系人 服务意向"
        " 累计时长(小时) 监护人(未满18周岁) 服务时长 培训情况",
        "needy_guiqiao_ledger": "家庭人口 月人均收入(元) 困难原因 帮扶措施 救助金额(元) 是否低保"
        " 开户行及账号 帮扶责任人 收入来源 家庭成员情况 致困原因",
        "lawyer_volunteer_roster": "律师执业证号 执业机构 执业类别 专业领域 律师事务所"
        " 年度考核 聘期"
        " 律师姓名 服务语种 首次执业年份",
    }.items()
}
