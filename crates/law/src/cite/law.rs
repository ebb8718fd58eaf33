//! Which law a citation speaks of: what stands before it.

use super::glyph::{Glyphs, is_clause_end, words};
use crate::numeral;
use caifeng_domain::{CitedLaw, Draft};
use std::sync::LazyLock;

/// The words by which people call the draft under consultation, whatever its name.
static THIS_DRAFT: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "草案 修订草案 修正草案 法律草案 征求意见稿 意见稿 送审稿 讨论稿 审议稿 草稿 草案稿 修订稿 本法 \
         本条例 本办法 本规定 本决定 本草案 本次草案 这部法 这部法律 这个法 此法 法案 新法 这部条例 这个条例 \
         这个办法 修改后的 修订后的 修改后 修订后 新增的 增加的",
    )
});

/// The law that the draft would amend.
static IN_FORCE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "现行法 现行法律 现行条例 现行规定 现行 原法 原条例 旧法 老法 原来 原来的 原先的 原 修改前 修改前的 \
         修订前 修订前的 旧条例 旧",
    )
});

/// Named by the mention of another law before.
const LAST_NAMED: [&str; 7] = ["该法", "同法", "该条例", "该办法", "该规定", "同条例", "其"];

const READINGS: [(&str, Option<u8>); 12] = [
    ("一审稿", Some(1)),
    ("二审稿", Some(2)),
    ("三审稿", Some(3)),
    ("四审稿", Some(4)),
    ("初审稿", Some(1)),
    ("一次审议稿", Some(1)),
    ("二次审议稿", Some(2)),
    ("三次审议稿", Some(3)),
    ("上一稿", None),
    ("前一稿", None),
    ("旧稿", None),
    ("上次草案", None),
];

/// What may stand between a law's name and the provision: 《…法》中的第十二条.
static LINKS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words("的 中的 里的 中 里 在 于 其 也在 早在 已在 关于 就在 里面 里面的 对此在 规定的")
});

/// Ends of names of legislation.
const KINDS: [&str; 8] = [
    "法",
    "法典",
    "条例",
    "细则",
    "司法解释",
    "暂行办法",
    "管理办法",
    "实施办法",
];

/// Words that end like a law's name and are none.
static NOT_LAWS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "依法 违法 执法 立法 司法 说法 做法 看法 办法 方法 想法 非法 合法 守法 普法 用法 语法 手法 写法 没法 \
         无法 宪法法 讲法 提法 改法 算法",
    )
});

/// What stands before 条例 without saying which one: 我市条例, 新条例, 条例.
const GENERAL: &str = "我咱全本市省县区州国家地方新旧原老现行的";

/// Words that come before a law's name and are not part of it.
static BOUNDARIES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "根据 依据 按照 按 依照 依 参照 参考 对照 比照 遵照 执行 适用 符合 违反 结合 对比 比较 援引 引用 比如 例如 \
         参见 请见 和 与 跟 及 像 如 的 在 是 把 将 而 但 且 或 就 也 都 我国 现行 建议 见",
    )
});

/// A law as named in a text, before `该法` is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    Law(CitedLaw),
    /// 该法, 同法: whichever was named last.
    LastNamed,
}

/// The names that a draft goes by.
pub(super) struct Names {
    /// 社会救助法
    base: String,
    /// Its reading where the title says so: （草案二次审议稿）.
    reading: Option<u8>,
}

impl Names {
    pub(super) fn of(draft: &Draft) -> Self {
        let title = Glyphs::of(&draft.title);
        let title = title.words(0, title.len());
        let reading = READINGS
            .iter()
            .find(|(name, _)| title.contains(name))
            .and_then(|(_, reading)| *reading);
        Self {
            base: plain(&title),
            reading,
        }
    }

    /// Whether `name` is the draft's own, in full, without its place, or contracted (居委会组织法).
    ///
    /// A mere tail is not enough: 教育法 is another law than 学前教育法.
    fn is_own(&self, name: &str) -> bool {
        let name = plain(name);
        let long = name.chars().count() >= 3;
        if !long || self.base.is_empty() {
            return name == self.base && !name.is_empty();
        }
        if let Some(place) = self.base.strip_suffix(&name) {
            return place.is_empty()
                || place.ends_with(['省', '市', '县', '区', '州', '盟', '旗', '国']);
        }
        let tail = |text: &str| text.chars().rev().take(3).collect::<String>();
        let same_ends = name.chars().next() == self.base.chars().next()
            && name.chars().last() == self.base.chars().last();
        let mut rest = self.base.chars();
        let contracted = name.chars().all(|c| rest.any(|other| other == c));
        contracted && (same_ends || tail(&name) == tail(&self.base))
    }

    /// This draft or another law, by its name.
    pub(super) fn classify(&self, name: &str) -> CitedLaw {
        if self.is_own(name) {
            CitedLaw::ThisDraft
        } else {
            CitedLaw::Other(name.to_owned())
        }
    }

    /// The law named just before the provision at `i`, and where its name begins.
    pub(super) fn before(&self, g: &Glyphs, i: usize) -> Option<(Named, usize)> {
        self.adjacent(g, i).or_else(|| {
            let i = g.before_any(i, &LINKS)?;
            self.adjacent(g, i)
        })
    }

    fn adjacent(&self, g: &Glyphs, i: usize) -> Option<(Named, usize)> {
        let found = |law, from| Some((Named::Law(law), from));
        let i = self.skip_note(g, i);
        if let Some((name, from)) = in_brackets(g, i) {
            let law = self.classify(&name);
            return match g.before_any(from, &IN_FORCE) {
                Some(from) if law == CitedLaw::ThisDraft => found(CitedLaw::InForce, from),
                _ => found(law, from),
            };
        }
        let reading = READINGS
            .iter()
            .filter(|(name, _)| g.ends(i, name))
            .max_by_key(|(name, _)| name.len());
        if let Some((name, reading)) = reading {
            let from = i - name.chars().count();
            let from = g
                .before_any(from, &["草案", "草案第", "第", "(", "(草案"])
                .unwrap_or(from);
            let law = if self.reading.is_some() && *reading == self.reading {
                CitedLaw::ThisDraft
            } else {
                CitedLaw::OtherReading(*reading)
            };
            return found(law, from);
        }
        if let Some(from) = g.before_any(i, &["上位法"]) {
            return found(CitedLaw::Other("上位法".to_owned()), from);
        }
        if let Some(from) = g.before_any(i, &LAST_NAMED) {
            return Some((Named::LastNamed, from));
        }
        if let Some(from) = g.before_any(i, &THIS_DRAFT) {
            // 《…法（草案）》 is met above; 民法典草案第十条 speaks of another draft.
            let whole = in_brackets(g, from).or_else(|| bare_name(g, from, &self.base));
            return match whole {
                Some((name, from)) => found(self.classify(&name), from),
                None => found(CitedLaw::ThisDraft, from),
            };
        }
        if let Some(from) = g.before_any(i, &IN_FORCE)
            // 高原, 平原 end so as well.
            && !matches!(g.before(from), '高' | '平' | '草' | '中')
        {
            return found(CitedLaw::InForce, from);
        }
        let (name, from) = bare_name(g, i, &self.base)?;
        let law = self.classify(&name);
        match g.before_any(from, &["现行", "原", "旧"]) {
            Some(from) if law == CitedLaw::ThisDraft => found(CitedLaw::InForce, from),
            _ => found(law, from),
        }
    }

    /// Before the note in brackets after a law's name: 《…法》（2023年修订）第十二条, …法（草案）第十二条.
    fn skip_note(&self, g: &Glyphs, i: usize) -> usize {
        const LONGEST_NOTE: usize = 20;
        if g.before(i) != ')' {
            return i;
        }
        let open = (i.saturating_sub(LONGEST_NOTE)..i)
            .rev()
            .find(|&k| g.at(k) == '(');
        open.filter(|&open| {
            in_brackets(g, open).is_some() || bare_name(g, open, &self.base).is_some()
        })
        .unwrap_or(i)
    }
}

/// Whether the name of a law, or a word for the draft, stands just before `i`.
pub(super) fn names_a_law_before(g: &Glyphs, i: usize) -> bool {
    g.before(i) == '》'
        || g.before_any(i, &THIS_DRAFT).is_some()
        || g.before_any(i, &["现行法", "现行条例", "原法", "旧法", "老法"])
            .is_some()
        || bare_name(g, i, "").is_some()
}

/// The other laws that a stretch names in brackets, last one first: what 该法 may mean.
pub(super) fn last_in_brackets(g: &Glyphs, from: usize, to: usize) -> Option<String> {
    let close = (from..to).rev().find(|&k| g.at(k) == '》')?;
    in_brackets(g, close + 1).map(|(name, _)| name)
}

/// 《…》 that ends just before `i`.
fn in_brackets(g: &Glyphs, i: usize) -> Option<(String, usize)> {
    const LONGEST_NAME: usize = 60;
    if g.before(i) != '》' {
        return None;
    }
    let open = (i.saturating_sub(LONGEST_NAME)..i)
        .rev()
        .find(|&k| g.at(k) == '《')?;
    let name = g.words(open + 1, i - 1);
    let legal = KINDS
        .iter()
        .chain(&[
            "办法", "规定", "决定", "解释", "规则", "意见", "公约", "标准", ")",
        ])
        .any(|kind| name.ends_with(kind));
    legal.then_some((name, open))
}

/// A law's name without brackets that ends just before `i`: 民法典, 某某市某某条例, or `own` itself.
fn bare_name(g: &Glyphs, i: usize, own: &str) -> Option<(String, usize)> {
    const LONGEST_NAME: usize = 24;
    if !own.is_empty() && g.ends(i, own) {
        return Some((own.to_owned(), i - own.chars().count()));
    }
    let kind = g.before_any(i, &KINDS)?;
    if g.before_any(i, &NOT_LAWS).is_some() && g.before_any(i, &KINDS[4..]).is_none() {
        return None;
    }
    let mut from = kind;
    while i - from < LONGEST_NAME
        && is_name_char(g.before(from))
        && (i - from < 2 || boundary(g, from).is_none())
    {
        from -= 1;
    }
    let says_which =
        !g.ends(i, "条例") || !g.words(from, kind).chars().all(|c| GENERAL.contains(c));
    (i - from >= 2 && says_which).then(|| (g.words(from, i), from))
}

/// A word before `from` that is not part of a name; 合同 and 共和 are.
fn boundary(g: &Glyphs, from: usize) -> Option<usize> {
    g.before_any(from, &BOUNDARIES)
        .filter(|_| !g.ends(from, "共和"))
}

fn is_name_char(c: char) -> bool {
    c.is_alphabetic()
        && !c.is_ascii()
        && !is_clause_end(c)
        && !matches!(c, '条' | '款' | '该' | '这' | '此' | '那' | '本')
        || (numeral::is_numeral(c) && !c.is_ascii_digit())
}

/// A name without the republic's and without notes in brackets.
fn plain(name: &str) -> String {
    let name = name.trim_start_matches("中华人民共和国");
    let mut depth = 0u32;
    let kept = name.chars().filter(|c| match c {
        '(' | '（' => {
            depth += 1;
            false
        }
        ')' | '）' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    let name: String = kept.collect();
    let name = name
        .trim_end_matches("草案")
        .trim_end_matches("修订")
        .trim_end_matches("修正");
    name.to_owned()
}
