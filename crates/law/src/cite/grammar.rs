//! The grammar: glyphs to paths. See the table in [`super`].

use super::{
    glyph::Glyphs,
    negative,
    number::{self, Number},
    path::{ArticleRef, ChapterRef, Form, Mention, ParagraphRef, Path},
    position,
    title::Titles,
};
use caifeng_domain::{ArticleNo, ParagraphNo};

/// No list names more provisions one by one; a longer range says nothing of any one of them.
const LONGEST_RANGE: u16 = 100;

/// The levels with their unit words, from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Part,
    Chapter,
    Section,
    Article,
    Paragraph,
    Item,
    Subitem,
}

impl Unit {
    const ALL: [(Self, char); 7] = [
        (Self::Part, '编'),
        (Self::Chapter, '章'),
        (Self::Section, '节'),
        (Self::Article, '条'),
        (Self::Paragraph, '款'),
        (Self::Item, '项'),
        (Self::Subitem, '目'),
    ];

    fn of(c: char) -> Option<Self> {
        // 宽 is 款 misheard; only below an article, see `numbered`.
        let c = if c == '宽' { '款' } else { c };
        Self::ALL
            .iter()
            .find(|(_, unit)| *unit == c)
            .map(|(unit, _)| *unit)
    }
}

/// All citations of a text, in order, whatever law they speak of.
pub(super) fn mentions(g: &Glyphs, titles: &Titles) -> Vec<Mention> {
    let mut out = Vec::new();
    let (mut i, mut free) = (0, 0);
    while i < g.len() {
        let found = titles.mention(g, free, i).or_else(|| list(g, i, titles));
        match found {
            Some(mention) => {
                i = mention.to;
                free = i;
                out.push(mention);
            }
            None => i += 1,
        }
    }
    out
}

/// One or more paths in a row: 第八条、第九条; 第十二条第一款，第二款第三项; 第八条至第十条.
fn list(g: &Glyphs, from: usize, titles: &Titles) -> Option<Mention> {
    let (mut paths, mut to, form) = first(g, from, titles)?;
    while let Some((more, next)) = continuation(g, to, &paths, titles) {
        paths.extend(more);
        to = next;
    }
    Some(Mention {
        from,
        to,
        paths,
        form,
    })
}

/// The first path of a list, in any form.
fn first(g: &Glyphs, i: usize, titles: &Titles) -> Option<(Vec<Path>, usize, Form)> {
    if let Some((path, next)) = position::parse(g, i) {
        let (paths, to) = below(g, next, path, titles);
        return Some((paths, to, Form::Position));
    }
    if let Some((levels, to)) = number::shorthand(g, i) {
        let path = Path {
            article: Some(ArticleRef::Number(ArticleNo::new(levels[0]))),
            paragraph: Some(ParagraphRef::No(ParagraphNo::Number(levels[1]))),
            item: Some(levels[2]),
            ..Path::default()
        };
        return Some((vec![path], to, Form::Shorthand));
    }
    if let Some((n, to)) = number::slip(g, i) {
        let (paths, to) = below(g, to, article(ArticleNo::new(n)), titles);
        return Some((paths, to, Form::Slip));
    }
    if let Some((n, to)) = number::english(g, i) {
        return Some((vec![article(ArticleNo::new(n))], to, Form::Ordinal));
    }
    if g.at(i) == '第' {
        let (paths, to) = numbered(g, i, titles)?;
        let loose = paths
            .iter()
            .all(|path| path.article.is_none() && path.chapter.is_none());
        return (!loose || !negative::loose_level(g, to)).then_some((paths, to, Form::Ordinal));
    }
    bare(g, i, titles).map(|(paths, to)| (paths, to, Form::Bare))
}

fn article(number: ArticleNo) -> Path {
    Path {
        article: Some(ArticleRef::Number(number)),
        ..Path::default()
    }
}

/// A path that begins with 第.
fn numbered(g: &Glyphs, i: usize, titles: &Titles) -> Option<(Vec<Path>, usize)> {
    let (unit, numbers, next) = level(g, i, false)?;
    if unit == Unit::Subitem || g.before(next) == '宽' {
        return None;
    }
    let only = single(&numbers);
    if let (Unit::Article, Some(n)) = (unit, only)
        && negative::own_numbering(g, n, next)
    {
        return None;
    }
    Some(spread(g, Path::default(), unit, &numbers, next, titles))
}

/// 12条, 四十七条第二款: an article without 第, unless it counts things.
fn bare(g: &Glyphs, i: usize, titles: &Titles) -> Option<(Vec<Path>, usize)> {
    if number::continues(g, i) {
        return None;
    }
    let (unit, numbers, next) = level(g, i, true)?;
    let (paths, to) = spread(g, Path::default(), unit, &numbers, next, titles);
    let deeper = paths
        .iter()
        .any(|path| path.paragraph.is_some() || path.item.is_some());
    let said = deeper || super::law::names_a_law_before(g, i);
    (unit == Unit::Article && (said || !negative::is_count(g, single(&numbers), i, next)))
        .then_some((paths, to))
}

/// Numbers with their unit: 第八、九条; 第（一）至（四）项; 2款. Bare numbers only where `bare`.
fn level(g: &Glyphs, i: usize, bare: bool) -> Option<(Unit, Vec<Number>, usize)> {
    if !bare && g.at(i) != '第' {
        return None;
    }
    let (numbers, at) = number::list(g, i)?;
    let unit = Unit::of(g.at(at))?;
    (!negative::other_word(g, g.at(at), at + 1)).then_some((unit, numbers, at + 1))
}

/// Sets `unit` of `base` to each of `numbers`, and goes on below where there is only one.
fn spread(
    g: &Glyphs,
    base: Path,
    unit: Unit,
    numbers: &[Number],
    next: usize,
    titles: &Titles,
) -> (Vec<Path>, usize) {
    if let Some(n) = single(numbers) {
        let mut path = base;
        let mut to = next;
        set(&mut path, unit, n);
        if unit == Unit::Article
            && let Some((inserted, after)) = number::inserted(g, next)
        {
            path.article = Some(ArticleRef::Number(ArticleNo::with_inserted(n, inserted)));
            to = after;
        }
        return below(g, to, path, titles);
    }
    let paths = numbers
        .iter()
        .flat_map(|number| number.each(LONGEST_RANGE))
        .map(|n| {
            let mut path = base;
            set(&mut path, unit, n);
            path
        });
    (paths.collect(), next)
}

/// The levels below `path`, as far as they follow: 第二款第三项 after 第十二条.
fn below(g: &Glyphs, i: usize, path: Path, titles: &Titles) -> (Vec<Path>, usize) {
    let deepest = deepest(path);
    let i = titles.skip(g, i, path);
    let at = g
        .after_any(i, &["中的", "里的", "里面的", "的", "之", "中", "里"])
        .unwrap_or(i);
    for at in [at, i] {
        // Below an article 第 may be missing: 12条2款.
        let oral = deepest >= Unit::Article && at == i;
        if let Some((unit, numbers, next)) = level(g, at, oral)
            && unit > deepest
            && (unit != Unit::Subitem || path.item.is_some())
        {
            return spread(g, path, unit, &numbers, next, titles);
        }
        if let Some(next) = (deepest == Unit::Article)
            .then(|| position::last_paragraph(g, at))
            .flatten()
        {
            let path = Path {
                paragraph: Some(ParagraphRef::No(ParagraphNo::Last)),
                ..path
            };
            return below(g, next, path, titles);
        }
    }
    // 第十二条（三）
    if matches!(deepest, Unit::Article | Unit::Paragraph)
        && let Some((n, next)) = number::bracketed(g, i)
    {
        return (
            vec![Path {
                item: Some(n),
                ..path
            }],
            next,
        );
    }
    (vec![path], i)
}

/// What goes on the list after `to`: a separator and a path of the same or a lower level.
fn continuation(
    g: &Glyphs,
    to: usize,
    paths: &[Path],
    titles: &Titles,
) -> Option<(Vec<Path>, usize)> {
    let earlier = *paths.last()?;
    if let Some(i) = g.after_any(to, &["至", "到", "~", "-"]) {
        // 第三十四条至四十九条: the second 第 may be missing.
        let (unit, numbers, next) = level(g, i, true)?;
        let (more, next) = spread(g, Path::default(), unit, &numbers, next, titles);
        let [end] = more[..] else { return None };
        return Some((range(earlier, end.inherit(earlier))?, next));
    }
    if let Some(i) = g.after_any(to, &["、", "和", "及", "以及", "或", "或者", "与"]) {
        if g.at(to) == '与' && super::role::compares(g, i) {
            return None;
        }
        // 12 条 1 款 2 项、3 项
        let bare = level(g, i, true)
            .filter(|(unit, ..)| *unit > Unit::Article && *unit == deepest(earlier));
        let (more, next) = match bare {
            Some((unit, numbers, next)) if g.at(i) != '第' => {
                spread(g, Path::default(), unit, &numbers, next, titles)
            }
            _ => numbered(g, i, titles)?,
        };
        return Some((
            more.into_iter().map(|path| path.inherit(earlier)).collect(),
            next,
        ));
    }
    // After a comma only what leaves its article out belongs to the list.
    let i = g.after_any(to, &[","])?;
    let (more, next) = numbered(g, i, titles)?;
    let lower = more
        .iter()
        .all(|path| path.article.is_none() && path.chapter.is_none() && path.section.is_none());
    (lower
        && earlier.article.is_some()
        && earlier.paragraph.is_some()
        && !negative::loose_level(g, next))
    .then(|| {
        (
            more.into_iter().map(|path| path.inherit(earlier)).collect(),
            next,
        )
    })
}

/// What lies between two paths of one level, without `from` and with `end`.
fn range(from: Path, end: Path) -> Option<Vec<Path>> {
    let unit = deepest(end);
    if unit != deepest(from) {
        return None;
    }
    let (first, last) = (get(from, unit)?, get(end, unit)?);
    let numbers = Number {
        from: first,
        to: last,
    };
    let paths = numbers.each(LONGEST_RANGE).skip(1).map(|n| {
        let mut path = end;
        if n != last {
            set(&mut path, unit, n);
        }
        path
    });
    (first < last).then(|| paths.collect())
}

fn deepest(path: Path) -> Unit {
    if path.subitem.is_some() {
        Unit::Subitem
    } else if path.item.is_some() {
        Unit::Item
    } else if path.paragraph.is_some() {
        Unit::Paragraph
    } else if path.article.is_some() {
        Unit::Article
    } else if path.section.is_some() {
        Unit::Section
    } else if path.chapter.is_some() {
        Unit::Chapter
    } else {
        Unit::Part
    }
}

fn set(path: &mut Path, unit: Unit, n: u16) {
    match unit {
        Unit::Part => path.part = Some(n),
        Unit::Chapter => path.chapter = Some(ChapterRef::Number(n)),
        Unit::Section => path.section = Some(n),
        Unit::Article => path.article = Some(ArticleRef::Number(ArticleNo::new(n))),
        Unit::Paragraph => path.paragraph = Some(ParagraphRef::No(ParagraphNo::Number(n))),
        Unit::Item => path.item = Some(n),
        Unit::Subitem => path.subitem = Some(n),
    }
}

fn get(path: Path, unit: Unit) -> Option<u16> {
    match unit {
        Unit::Part => path.part,
        Unit::Chapter => match path.chapter? {
            ChapterRef::Number(n) => Some(n),
            _ => None,
        },
        Unit::Section => path.section,
        Unit::Article => match path.article? {
            ArticleRef::Number(no) => Some(no.main),
            _ => None,
        },
        Unit::Paragraph => match path.paragraph? {
            ParagraphRef::No(ParagraphNo::Number(n)) => Some(n),
            _ => None,
        },
        Unit::Item => path.item,
        Unit::Subitem => path.subitem,
    }
}

fn single(numbers: &[Number]) -> Option<u16> {
    match numbers {
        [number] if number.from == number.to => Some(number.from),
        _ => None,
    }
}
