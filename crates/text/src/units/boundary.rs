//! Whether the next sentence begins something new.

use super::atom::Atom;
use crate::hash::Set;
use crate::letter::letters;
use caifeng_domain::ArticleNo;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("constant patterns are tried by the tests")
}

/// Features of a place between the unit so far and the next atom, by name. Each is 0 or 1.
pub(super) const FEATURES: [&str; 36] = [
    "always",
    "new line",
    "new line, and next begins with an article",
    "after a frame",
    "spaces for commas",
    "next adds: 另外 还有 此外 顺便",
    "next goes on counting: 同时 再说 最后 总之",
    "next turns: 至于 关于 说到",
    "next contrasts: 但是 可是",
    "next concludes: 所以 因此",
    "next explains: 因为 理由 比如 否则",
    "next points back: 这 那 该 它",
    "next begins by proposing: 建议 请 应",
    "next begins with oneself: 我 我们",
    "next says 也 or 还",
    "next begins with an article, unit has others",
    "next begins with an article, unit has none",
    "next names an article, unit has others",
    "next names an article, unit has none",
    "next names only articles of the unit",
    "next begins with 同款 本条 下一条",
    "unit says what it wants, so does next",
    "unit says what it wants, next does not",
    "only next says what it wants",
    "unit proposes, so does next",
    "unit judges, next proposes",
    "unit proposes, next judges",
    "next asks",
    "unit asks",
    "unit is the first and has not said what it wants",
    "next shares many words",
    "unit is long",
    "unit is short, wanting nothing yet",
    "next is long",
    "next is short, wanting nothing",
    "next is the last sentence",
];

/// Feature values in the order of [`FEATURES`].
pub(super) type Features = [f64; FEATURES.len()];

/// Weights of the features: `data/unit_boundaries.txt`.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(super) weights: Features,
}

static STORED: LazyLock<Model> =
    LazyLock::new(|| Model::parse(include_str!("../../data/unit_boundaries.txt")));

impl Model {
    /// The trained model.
    #[must_use]
    pub fn stored() -> &'static Self {
        &STORED
    }

    /// Reads lines of a weight, a tab and a feature's name. Features without a line weigh nothing.
    #[must_use]
    pub fn parse(table: &str) -> Self {
        let mut weights = [0.0; FEATURES.len()];
        for (weight, name) in table.lines().filter_map(|line| line.split_once('\t')) {
            if let (Some(i), Ok(weight)) = (
                FEATURES.iter().position(|f| *f == name),
                weight.trim().parse(),
            ) {
                weights[i] = weight;
            }
        }
        Self { weights }
    }

    /// The table that [`Model::parse`] reads.
    #[must_use]
    pub fn table(&self) -> String {
        let rows = self.weights.iter().zip(FEATURES);
        let rows: Vec<String> = rows
            .map(|(weight, name)| format!("{weight:+.2}\t{name}"))
            .collect();
        rows.join("\n") + "\n"
    }

    /// The probability of a boundary.
    pub(super) fn probability(&self, features: &Features) -> f64 {
        let sum: f64 = self.weights.iter().zip(features).map(|(w, f)| w * f).sum();
        1.0 / (1.0 + (-sum).exp())
    }

    /// Whether the boundary is worth drawing. A false one often leaves the better half of a unit, a
    /// missing one loses a unit, so less than even odds suffice.
    pub(super) fn begins_unit(&self, features: &Features) -> bool {
        self.probability(features) >= 0.4
    }
}

static ADDS: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:另[^一]|此外|除此之外|还有|还想|还要|再有|再就是|再一个|又,|顺带|顺便|附带|与之|相应|多说一句|补充)",
    )
});
static COUNTS_ON: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:同时|并且|再者|再说|再讲|接着|其次|第二|最后|不论如何|总之|总的|总体|瑕不掩瑜|另一)",
    )
});
static TURNS: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:至于|关于|说到|讲到|谈到|提到|对于|就[^,。]{1,16}(?:而言|来说)|先说|上面说的|前面说的)|^[^,。]{2,8}(?:这|那)(?:块|条|件|个)?(?:事|事情|问题)?,|^[^,。]{2,8}(?:的事|的问题|方面),",
    )
});
static CONTRASTS: LazyLock<Regex> =
    LazyLock::new(|| constant(r"^(?:但是?|可是?|不过|然而|只是|只不过|就是|倒是|反过来)"));
static CONCLUDES: LazyLock<Regex> =
    LazyLock::new(|| constant(r"^(?:所以|因此|因而|故|为此|于是|这样|如此|由此|可见)"));
static EXPLAINS: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:因为|由于|理由|原因|毕竟|否则|不然|要不然?|要么|例如|比如|譬如|像|就像|比方|举例|即|也就是|换句话|实践中|现实中|如果|要是|参照|参见|对照|到时候|结果|甚至|而且|何况|再大|再多|一旦|万一|哪怕|即使)",
    )
});
static POINTS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:这|那|该|它|他|她|其|此|对此|上述|人家|两者|三者|二者|前者|后者|谁|哪|怎么|凭什么|为什么|难道)",
    )
});
static PROPOSES_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:建议|希望|请|恳请|应|应当|应该|宜|要|得|望|盼|最好|能不能|能否|可否|是不是|不如|务必|必须|改为|改成|增加|删|至少|起码|要求|呼吁|法里|法律|条文|我建议|我希望|我看|我们希望|我们建议)",
    )
});
static ONESELF: LazyLock<Regex> =
    LazyLock::new(|| constant(r"^(?:我|我们|俺|俺们|咱|咱们|本人|我家|我国)"));
static PROPOSES: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"建议|应当?|希望|请|宜|改为|改成|修改|增加|增设|补上|补一|加上|加一|删|去掉|拿掉|取消|写明|写清|写上|写进|明确|规定|列入|纳入|必须|务必|最好|至少|起码|能不能|能否|可否|要求|不得|不如|要有|得有|得写|得给|该写|该给|放宽|提高|降|延",
    )
});
static JUDGES: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"赞成|支持|同意|拥护|认可|反对|点赞|叫好|很好|好[,。!]|挺好|不妥|不合理|欢迎|保留|举双手|痛快|解气",
    )
});

/// What a sentence does.
#[derive(Debug, Clone, Copy, Default)]
struct Acts {
    proposes: bool,
    judges: bool,
    asks: bool,
}

impl Acts {
    fn of(body: &str) -> Self {
        Self {
            proposes: PROPOSES.is_match(body),
            judges: JUDGES.is_match(body),
            asks: body.contains('?'),
        }
    }
}

/// What has been read: the unit in progress and what led to the next atom.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about what was read, each read by name"
)]
pub(super) struct Context<'t> {
    text: &'t str,
    atoms: &'t [Atom],
    /// What each atom does.
    acts: Vec<Acts>,
    spaced: bool,
    /// Pairs of neighbouring characters in the unit.
    pairs: Set<(char, char)>,
    articles: BTreeSet<ArticleNo>,
    chars: usize,
    proposes: bool,
    judges: bool,
    asks: bool,
    first: bool,
    after_frame: bool,
    /// The last atom that is no frame.
    last: Option<usize>,
    /// The last numbered atom.
    last_number: Option<usize>,
    /// Atoms of the unit, if it is numbered.
    numbered: Option<usize>,
    /// Atoms of the longest numbered unit before it.
    longest_number: usize,
}

impl<'t> Context<'t> {
    pub(super) fn new(text: &'t str, atoms: &'t [Atom]) -> Self {
        Self {
            text,
            atoms,
            acts: (atoms.iter())
                .map(|atom| {
                    if atom.frame {
                        Acts::default()
                    } else {
                        Acts::of(atom.body.of(text))
                    }
                })
                .collect(),
            spaced: crate::sentence::uses_spaces(text),
            pairs: Set::default(),
            articles: BTreeSet::new(),
            chars: 0,
            proposes: false,
            judges: false,
            asks: false,
            first: true,
            after_frame: false,
            last_number: atoms.iter().rposition(|a| a.numbered),
            numbered: None,
            longest_number: 0,
            last: atoms.iter().rposition(|a| !a.frame && !a.body.is_empty()),
        }
    }

    /// Whether no atom has been read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.chars == 0
    }

    /// Notes a frame.
    pub(super) fn pass(&mut self, _frame: &Atom) {
        self.after_frame = true;
    }

    /// Adds atom `i` to the unit in progress, or begins a new one with it.
    pub(super) fn add(&mut self, i: usize, begins: bool) {
        if begins {
            self.first = self.is_empty();
            self.longest_number = self.longest_number.max(self.numbered.unwrap_or(0));
            self.numbered = self.atoms[i].numbered.then_some(0);
            self.pairs.clear();
            self.articles.clear();
            self.chars = 0;
            (self.proposes, self.judges, self.asks) = (false, false, false);
        }
        self.numbered = self.numbered.map(|count| count + 1);
        let body = self.atoms[i].body.of(self.text);
        let acts = self.acts[i];
        self.pairs.extend(pairs(body));
        self.articles.extend(&self.atoms[i].articles);
        self.chars += body.chars().count();
        self.proposes |= acts.proposes;
        self.judges |= acts.judges;
        self.asks |= acts.asks;
        self.after_frame = false;
    }

    /// Whether atom `i` begins with an article that the unit has not named, though it has named others.
    pub(super) fn opens_another_article(&self, i: usize) -> bool {
        let atom = &self.atoms[i];
        let known = atom.articles.iter().any(|a| self.articles.contains(a));
        atom.opens_with_article && !self.articles.is_empty() && !known
    }

    /// Whether the numbered points end before atom `i`, in the middle of a line: nothing marks the end
    /// of the last but that it has become as long as the longest of the others.
    pub(super) fn ends_numbers(&self, i: usize) -> bool {
        let body = self.atoms[i].body.of(self.text);
        let full = self.longest_number > 0
            && self
                .numbered
                .is_some_and(|count| count >= self.longest_number);
        full && self.last_number < Some(i)
            && !self.atoms[i].begins_line
            && ![&*POINTS_BACK, &*EXPLAINS, &*CONCLUDES, &*PROPOSES_FIRST]
                .iter()
                .any(|pattern| pattern.is_match(body))
    }

    /// Whether atom `i` says what it wants of the draft: proposes, judges, asks or cites. A plain 请
    /// may just be a plea.
    pub(super) fn wants(&self, i: usize) -> bool {
        let acts = Acts::of(&self.atoms[i].body.of(self.text).replace('请', ""));
        !self.atoms[i].articles.is_empty() || acts.asks || acts.proposes || acts.judges
    }

    /// The features of the place before atom `i`.
    pub(super) fn features(&self, i: usize) -> Features {
        let atom = &self.atoms[i];
        let body = atom.body.of(self.text);
        let chars = body.chars().count();
        let own: Set<(char, char)> = pairs(body).collect();
        let shared = own.iter().filter(|p| self.pairs.contains(p)).count();
        let shared = shared as f64 / own.len().max(1) as f64;
        let cites = !atom.articles.is_empty();
        let known = atom.articles.iter().all(|a| self.articles.contains(a));
        let Acts {
            proposes,
            judges,
            asks,
        } = self.acts[i];
        let head: String = body.chars().take(8).collect();
        let wanted = self.proposes || self.judges || self.asks;
        let wants = proposes || judges || asks;
        let others = !self.articles.is_empty();
        let first = atom.cites_first && !known;
        let later = cites && !known && !atom.cites_first;
        let oneself = ONESELF.is_match(body);
        let flags = [
            true,
            atom.begins_line,
            atom.begins_line && atom.cites_first,
            self.after_frame,
            self.spaced,
            ADDS.is_match(body),
            COUNTS_ON.is_match(body),
            TURNS.is_match(body),
            CONTRASTS.is_match(body),
            CONCLUDES.is_match(body),
            EXPLAINS.is_match(body),
            POINTS_BACK.is_match(body),
            PROPOSES_FIRST.is_match(body),
            oneself,
            head.contains(['也', '还']) && !body.starts_with("还"),
            first && others,
            first && !others,
            later && others,
            later && !others,
            cites && known,
            atom.relative || body.starts_with('同'),
            wanted && wants,
            wanted && !wants,
            !wanted && wants,
            self.proposes && proposes,
            !self.proposes && self.judges && proposes,
            self.proposes && !proposes && judges,
            asks,
            self.asks,
            !wanted && self.first,
            shared > 0.15,
            self.chars > 60,
            self.chars < 20 && !wanted,
            chars > 30,
            chars < 12 && !wants,
            self.last == Some(i),
        ];
        flags.map(|flag| f64::from(u8::from(flag)))
    }
}

fn pairs(text: &str) -> impl Iterator<Item = (char, char)> {
    letters(text).zip(letters(text).skip(1))
}
