//! Words by which people show what they want: counted as features, never as verdicts.
//!
//! General Chinese; nothing here belongs to one draft.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// A family of cue words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    /// 建议、应当: wants something of the law.
    Propose,
    /// 修改、增加、删去: wants other words.
    Change,
    /// 赞成、很好
    Approve,
    /// 反对、不应
    Reject,
    /// 请问、如何
    Ask,
    /// 我家、去年
    Tell,
    /// 全文、这部法律
    Whole,
    /// 增加一条、单设一章
    NewProvision,
    /// 请处理、投诉、给个答复
    HandleCase,
    /// 加微信、优惠
    Advertise,
    /// 测试、asdf
    Nonsense,
    /// 滚、废物
    Abuse,
    /// 草案、法律、规定、条文
    Law,
    /// 删去、取消
    Remove,
    /// 但是、不过
    However,
    /// 太、都、没人: complaint about how things are
    Grievance,
}

const FAMILIES: [(Cue, &[&str]); 16] = [
    (
        Cue::Propose,
        &[
            "建议",
            "应当",
            "应该",
            "希望",
            "请求",
            "恳请",
            "恳求",
            "呼吁",
            "最好",
            "能不能",
            "可不可以",
            "可否",
            "能否",
            "要求",
            "必须",
            "务必",
            "不妨",
            "宜",
            "盼",
            "应",
            "得写",
            "要写",
            "请把",
            "请将",
            "请在",
            "请给",
            "请明确",
            "要有",
            "别",
            "该",
            "要",
        ],
    ),
    (
        Cue::Change,
        &[
            "修改",
            "改为",
            "改成",
            "增加",
            "增设",
            "加上",
            "加一",
            "补充",
            "明确",
            "细化",
            "写清",
            "写明",
            "写进",
            "规定清楚",
            "调整",
            "完善",
            "换成",
            "列明",
            "列入",
            "单列",
            "界定",
            "提高",
            "降低",
            "延长",
            "缩短",
            "放宽",
            "收紧",
            "纳入",
            "写死",
            "写实",
        ],
    ),
    (
        Cue::Approve,
        &[
            "赞成",
            "支持",
            "同意",
            "拥护",
            "很好",
            "挺好",
            "真好",
            "太好",
            "蛮好",
            "好得很",
            "保留",
            "维持",
            "必要",
            "值得肯定",
            "点赞",
            "务实",
            "欢迎",
            "放心",
            "满意",
            "不要删",
            "别删",
            "不能删",
            "不要改",
            "别改",
            "不要动",
            "写得好",
            "对头",
            "举双手",
            "感谢",
            "及时",
            "没意见",
            "坚持",
            "进步",
            "高兴",
            "暖心",
            "说到",
            "终于",
            "中肯",
            "合理",
            "可行",
        ],
    ),
    (
        Cue::Reject,
        &[
            "反对",
            "不同意",
            "不赞成",
            "不支持",
            "不应",
            "不宜",
            "不该",
            "没必要",
            "没有必要",
            "不合理",
            "不公平",
            "不妥",
            "凭什么",
            "凭啥",
            "一刀切",
            "慎重",
            "三思",
            "保留意见",
            "不能接受",
            "接受不了",
            "行不通",
            "不现实",
            "不敢苟同",
            "欠妥",
            "多余",
            "何必",
            "难道",
            "不要搞",
            "别搞",
            "不可行",
            "过严",
            "过重",
            "太重",
            "太严",
            "太苛",
        ],
    ),
    (
        Cue::Ask,
        &[
            "?",
            "吗",
            "请问",
            "如何",
            "怎么",
            "是否",
            "算不算",
            "是不是",
            "谁来",
            "哪个",
            "哪些",
            "什么",
            "想问",
            "请教",
            "不明白",
            "看不懂",
            "请说明",
            "请解释",
            "到底",
            "多少",
            "呢",
            "能不能",
            "有没有",
            "咋",
        ],
    ),
    (
        Cue::Tell,
        &[
            "我家",
            "我爸",
            "我妈",
            "我们村",
            "我们小区",
            "我们单位",
            "我们这",
            "去年",
            "前年",
            "今年",
            "上个月",
            "那年",
            "结果",
            "后来",
            "当时",
            "至今",
            "到现在",
            "跑了",
            "亲身",
            "俺",
            "我老伴",
            "我儿",
            "我女",
            "我孩",
            "我的",
            "隔壁",
            "邻居",
            "亲戚",
            "那天",
            "花了",
            "年前",
        ],
    ),
    (
        Cue::Whole,
        &[
            "全文",
            "整部",
            "这部法",
            "这个法",
            "本法",
            "总体",
            "整体",
            "立法",
            "这次修",
            "通篇",
            "全篇",
            "草案总",
            "出台",
            "尽快通过",
            "各章",
            "条文之间",
            "体例",
            "法律名称",
            "这部条例",
            "条例草案",
        ],
    ),
    (
        Cue::NewProvision,
        &[
            "增加一条",
            "增设一条",
            "加一条",
            "新增一条",
            "单列一条",
            "单设一条",
            "专门写一条",
            "补一条",
            "另设一条",
            "专条",
            "新设一条",
            "添一条",
            "增加一章",
            "增设一章",
            "单设一章",
            "专章",
            "单列一章",
            "新增条款",
            "增设专",
            "单独一条",
            "写一条",
            "增设一个条文",
            "作为第",
            "新加一条",
            "增加专门",
            "单独规定",
            "增设",
        ],
    ),
    (
        Cue::HandleCase,
        &[
            "投诉",
            "举报",
            "请处理",
            "马上处理",
            "查处",
            "解决一下",
            "帮我",
            "帮忙",
            "给我做主",
            "做主",
            "请有关部门",
            "请领导",
            "派人",
            "催一",
            "给个答复",
            "书面答复",
            "答复我",
            "核实",
            "更正",
            "反映",
            "赔",
            "联系我",
            "讨个说法",
            "给个说法",
            "管管",
            "查查",
            "查一",
            "求助",
            "要回",
            "没人管",
            "不管",
            "报警",
            "请上级",
            "维权",
            "尽快处理",
            "请尽快",
            "帮帮",
        ],
    ),
    (
        Cue::Advertise,
        &[
            "加微信",
            "加v",
            "加薇",
            "优惠",
            "促销",
            "免费领",
            "免费送",
            "领取",
            "点击",
            "点链接",
            "链接",
            "加盟",
            "招聘",
            "兼职",
            "日结",
            "日入",
            "贷款",
            "秒批",
            "回本",
            "名额",
            "详询",
            "代办",
            "包过",
            "拿证",
            "办证",
            "批发",
            "出售",
            "转让",
            "特价",
            "直播间",
            "首充",
            "开奖",
            "下单",
            "特惠",
            "折扣",
            "秒杀",
            "团购",
            "拼团",
            "助力",
            "高价",
            "收购",
            "包邮",
            "代运营",
            "刷单",
            "赚钱",
            "理财",
            "保健",
            "养生",
            "同号",
            "元/人",
            "震惊",
            "先到先得",
            "礼品",
            "扩散",
            "私聊",
            "咨询电话",
            "量大",
            "低价",
            "免费量房",
            "进群",
            "抽奖",
            "红包",
            "中奖",
        ],
    ),
    (
        Cue::Nonsense,
        &[
            "测试",
            "test",
            "asdf",
            "qwer",
            "12345",
            "1111",
            "能不能提交",
            "哈哈哈",
            "啊啊",
            "能打字",
            "路过",
            "看看能",
            "abc",
        ],
    ),
    (
        Cue::Abuse,
        &[
            "滚",
            "废物",
            "吃干饭",
            "狗屁",
            "垃圾",
            "白痴",
            "骗子",
            "去死",
            "傻",
            "脑残",
            "混蛋",
            "王八",
            "屁用",
            "白写",
        ],
    ),
    (
        Cue::Law,
        &[
            "草案", "法律", "规定", "条文", "本法", "条例", "立法", "这条", "一款", "条款", "写进",
            "写明", "法里", "表述", "这部", "第", "修订",
        ],
    ),
    (
        Cue::Remove,
        &[
            "删",
            "取消",
            "去掉",
            "拿掉",
            "不要写",
            "废除",
            "划掉",
            "不写",
        ],
    ),
    (
        Cue::However,
        &["但是", "但", "不过", "然而", "可是", "只是", "却"],
    ),
    (
        Cue::Grievance,
        &[
            "没人",
            "太",
            "从来",
            "根本",
            "推来推去",
            "踢皮球",
            "扯皮",
            "难",
            "苦",
            "愁",
            "受罪",
            "冤",
            "气",
            "亏",
            "怕",
            "白",
            "就是不",
            "谁知",
        ],
    ),
];

/// Number of cue families.
pub const FAMILY_COUNT: usize = FAMILIES.len();

static AUTOMATON: LazyLock<(AhoCorasick, Vec<usize>)> = LazyLock::new(|| {
    let words: Vec<(usize, &str)> = FAMILIES
        .iter()
        .enumerate()
        .flat_map(|(f, (_, words))| words.iter().map(move |w| (f, *w)))
        .collect();
    #[expect(clippy::expect_used, reason = "the words are fixed, and few")]
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(words.iter().map(|(_, w)| *w))
        .expect("a small fixed list builds");
    (automaton, words.into_iter().map(|(f, _)| f).collect())
});

/// How often each family occurs in a normalised text, overlapping words all counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CueCounts([u16; FAMILY_COUNT]);

impl CueCounts {
    /// Counts in `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (automaton, family) = &*AUTOMATON;
        let mut counts = [0u16; FAMILY_COUNT];
        for found in automaton.find_overlapping_iter(text) {
            let count = &mut counts[family[found.pattern().as_usize()]];
            *count = count.saturating_add(1);
        }
        Self(counts)
    }

    /// Occurrences of `cue`.
    #[must_use]
    pub fn get(&self, cue: Cue) -> u16 {
        self.0[cue as usize]
    }

    /// 1 where `cue` occurs, with more for more: 1 + ln n.
    #[must_use]
    pub fn strength(&self, cue: Cue) -> f64 {
        match self.get(cue) {
            0 => 0.0,
            n => 1.0 + f64::from(n).ln(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cue, CueCounts, FAMILIES};

    #[test]
    fn families_stand_in_the_order_of_their_numbers() {
        for (i, (cue, _)) in FAMILIES.iter().enumerate() {
            assert_eq!(*cue as usize, i, "{cue:?}");
        }
    }

    #[test]
    fn counts_each_family() {
        let counts = CueCounts::of("建议删去第三条，我家去年就吃过亏");
        assert!(counts.get(Cue::Propose) >= 1);
        assert_eq!(counts.get(Cue::Remove), 1);
        assert_eq!(counts.get(Cue::Tell), 2);
        assert_eq!(counts.get(Cue::Advertise), 0);
    }
}
