//! What surrounds opinions: greetings, introductions, headings, thanks, contacts, signatures.

use super::atom::Atom;
use crate::normalise::is_punctuation;
use regex::Regex;
use std::sync::LazyLock;

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("constant patterns are tried by the tests")
}

/// What people put before their own words without a full stop.
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:(?:各位|尊敬的)?(?:领导|老师|同志|代表|委员|专家|大家)们?(?:你们|您)?好[,!。:\s]*|[您你]们?好[,!。:\s]*|(?:转发|转|转一下|同意楼上(?:的|说的)?|支持楼上|附议|顶)[:,!。\s]+|我?(?:也|来)?(?:想)?(?:说|讲|提)(?:两|几|一|个|点)(?:句|点)?(?:话|意见|建议|看法|想法)?[啊吧哈]?[:,。\s]+|支持[!。]\s?)+",
    )
});

/// Bytes of `piece` that belong to no opinion although no sentence ends there.
pub(super) fn opening(piece: &str, first: bool) -> usize {
    let len = OPENING.find(piece).filter(|_| first).map_or(0, |m| m.end());
    if len < piece.len() { len } else { 0 }
}

static SALUTATION: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:(?:尊敬|敬爱|亲爱)的[^,。;?!:]{2,20}|各位[^,。;?!:]{2,12}|致?[^,。;?!:]{0,16}(?:领导|同志|老师|专家|委员|机关|联系点|起草组|工作人员)们?)(?:[你您]们?好|好)?[:!,]",
    )
});

/// Where the words after a salutation begin, in a sentence that has one.
pub(super) fn after_salutation(sentence: &str) -> Option<usize> {
    let end = SALUTATION.find(sentence)?.end();
    (end < sentence.len()).then_some(end)
}

/// Something that an opinion would say: then a piece is no frame, whatever it looks like.
static OPINION: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r#"应当|应该|改为|改成|修改为|增加|增设|删|取消|不合理|太[^好]|不能|不得|必须|明确|规定|反对|赞成|不同意|能不能|可不可以|是否|第[\d一二三四五六七八九十百]+[条款]|[?"]"#,
    )
});

static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:(?:尊敬|敬爱|亲爱)的[^。;?]{0,30}[,:!。]?|致[^,。;?]{2,20}[:,]?|(?:各位)?[^,。;?!:]{0,16}(?:领导|同志|老师|专家|委员|代表|朋友|机关|联系点|起草组|部门|工作人员)们?[,:]?(?:[你您]们?|大家)?(?:好|辛苦了)?[:!。]|[你您]们?好[,!。:]?|大家好[,!。:]?|(?:支持|赞成|赞同|同意(?:楼上)?|顶|附议|转发)[,!。:])$",
    )
});

static INTRODUCTION: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:我|本人|俺|我们|咱|在下|这里)?(?:叫|名叫|是一?[名个位]?|系|姓|来自|家住|住在?|从事|今年|作为|在[^,。]{2,16}(?:工作|上班|干了|做了|教了|当了)|(?:做|干|当|教)了)|^本人|^(?:一|[^,。]{2,8}[一二两三])(?:名|位)",
    )
});

static PREFACE: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?:提|谈|说|讲|写|有|作|请教|反映|汇总|归纳|整理|补充|发言|分享|聊)[^,。]{0,12}(?:意见|建议|看法|想法|体会|问题|几点|[两三四五六]点|几条|[两三四五六]条|几处|[一两三四]处|几句|两句|实话|实际的|心里话|下面?)[^,。]{0,6}[:。,;]?$|(?:如下|以下(?:意见|建议|几点)?|汇总)[:。,]?$|^(?:我|我们)?(?:的)?(?:意见|建议|看法|想法)[:。]?$",
    )
});

static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?:意见|建议|看法|想法|纪要|记录|摘录|摘要|发言|来信|函|登记|反馈|体会|汇总|信)(?:表|书|函|稿)?(?:\([^()]*\))?:?$|^(?:时间|地点|议题|主题|参加人员|出席|到会|来信单位|单位|致)[:,]",
    )
});

static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:(?:非常|衷心|再次)?(?:谢谢|感谢|多谢)|此致|敬礼|以上(?:[^,。]{0,8}(?:意见|建议|看法|想法|供|是|请|仅))|特此|(?:恳请|恳求|请|望|盼|希望|敬请|请予|望予)(?:予以|贵[^,。]{1,6}|领导|各位|你们|能)?(?:采纳|考虑|参考|谅解|指正|批评|回复|重视)|盼复|辛苦|说完|就(?:说|讲|写)?(?:这些|这么多|到这)|妥否|仅?供[^,。]{0,8}参考|不[当妥足]之处|字写得|水平有限|言辞|如有|有需要|我的电话|(?:我的)?联系|电话|手机|邮箱|微信|地址|住址|姓名|落款|此信|打我|记录人?:|会议记录|整理人?[:,]|散会|主持人[:,]|代表[:,]|会后)|感谢各位|各位发言|大家的?意见[^,。]{0,4}(?:记|整理)|会后整理|如实转报|(?:恳请|请|望|盼|希望)(?:予以|领导|各位|[你您]们)?(?:采纳|采用|考虑|重视)[,。!]*(?:谢谢|感谢)?[。!]*$",
    )
});

/// Personal data, as people write it around their opinions.
static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?:身份证|电话|手机|座机|微信|账[户号]|卡号|车牌)(?:号码?)?[:是为]?\s?[0-9A-Za-z]{3}|\d{7,}|[0-9A-Za-z]@|联系人|联系方式|联系电话|联系邮箱|住址|家住",
    )
});

/// Characters up to which a piece can be a mere frame.
const MAX_CHARS: usize = 60;
/// The same for telling who one is. Who says more is already telling of the matter.
const MAX_INTRODUCTION: usize = 30;
/// The same with addresses and numbers.
const MAX_CONTACT: usize = 100;

static REASON: LazyLock<Regex> = LazyLock::new(|| constant(r"^(?:理由|原因|依据|说明)[:是]"));

/// What a frame does to what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// A greeting: a letter begins, so that introductions may follow.
    Greets,
    /// An introduction, heading or announcement.
    Leads,
    /// Thanks, pleas, contacts: whatever comes then is something new.
    Parts,
}

/// Finds the frames. They stand at the begin and the end of a letter and around turns; in the
/// middle of an argument the same words are part of it. A letter may be pasted in behind what the
/// sender had to say.
pub(super) fn mark(atoms: &mut [Atom], text: &str) {
    let full_stops = (atoms.iter())
        .filter(|a| ends_sentence(a.body.of(text)))
        .count();
    let punctuated = full_stops * 2 >= atoms.len();
    let mut place = Place {
        at_begin: true,
        greeted: false,
        punctuated,
    };
    let mut anew = false;
    for i in 0..atoms.len() {
        let frame = place.frame(atoms, i, text);
        let piece = atoms[i].body.of(text);
        // A pasted letter may also begin without a greeting.
        anew |= atoms[i].begins_part || frame.is_some_and(|f| f != Frame::Leads || !place.at_begin);
        place.greeted |= frame == Some(Frame::Greets);
        place.at_begin = frame == Some(Frame::Greets) || (place.at_begin && frame.is_some());
        let atom = &mut atoms[i];
        atom.frame |= frame.is_some();
        if !atom.frame {
            atom.begins_part |= anew;
            atom.continues |= REASON.is_match(piece);
            anew = false;
            place.at_begin = false;
        }
    }
    if punctuated {
        mark_signature(atoms, text);
    }
    let speaks =
        |a: &Atom| (a.body.of(text)).contains(|c: char| !c.is_whitespace() && !is_punctuation(c));
    if !atoms.iter().any(|a| !a.frame && speaks(a)) {
        // A text of thanks is still what somebody sent.
        for atom in atoms {
            atom.frame = false;
        }
    }
}

/// Where in a letter a piece stands.
struct Place {
    /// Nothing but frames so far.
    at_begin: bool,
    /// The letter has a greeting.
    greeted: bool,
    /// The text is written with full stops.
    punctuated: bool,
}

impl Place {
    fn frame(&self, atoms: &[Atom], i: usize, text: &str) -> Option<Frame> {
        let atom = &atoms[i];
        let piece = atom.body.of(text);
        let chars = piece.chars().count();
        if chars > MAX_CONTACT {
            return None;
        }
        let opinion = OPINION.is_match(piece);
        let short = chars <= MAX_CHARS;
        if short && GREETING.is_match(piece) {
            return Some(Frame::Greets);
        }
        let contact = !opinion && CONTACT.is_match(piece);
        if short && !opinion && CLOSING.is_match(piece) || (contact && !self.at_begin) {
            return Some(Frame::Parts);
        }
        let alone = (atom.begins_line || self.at_begin) && atom.ends_line && i + 1 < atoms.len();
        let heads = alone
            && !ends_sentence(piece)
            && (HEADING.is_match(piece)
                || (i == 0 && self.punctuated && !opinion && chars <= MAX_INTRODUCTION));
        let opens_list = || PREFACE.is_match(piece) && !piece.contains('"');
        // Before a first number, or before such an announcement, one may say more of oneself.
        let next = atoms.get(i + 1);
        let announced = || next.is_some_and(|a| a.begins_part || PREFACE.is_match(a.body.of(text)));
        let counts = || piece.ends_with(':') && !opinion && announced();
        let introduces = || {
            !opinion
                && INTRODUCTION.is_match(piece)
                && ((self.at_begin && (self.greeted || chars <= MAX_INTRODUCTION)) || announced())
        };
        let leads = short && (heads || opens_list() || counts() || introduces()) || contact;
        leads.then_some(Frame::Leads)
    }
}

/// Names and dates on lines of their own, under a text that has full stops.
fn mark_signature(atoms: &mut [Atom], text: &str) {
    for i in (1..atoms.len()).rev() {
        let piece = atoms[i].body.of(text);
        let short = piece.chars().count() <= MAX_CHARS / 2;
        if atoms[i].frame && !atoms[i].begins_part {
            continue;
        }
        if !atoms[i].begins_line
            || atoms[i].begins_part
            || !short
            || ends_sentence(piece)
            || OPINION.is_match(piece)
        {
            break;
        }
        atoms[i].frame = true;
    }
}

fn ends_sentence(piece: &str) -> bool {
    piece.ends_with(['。', '!', '?', ';', '.', '"', ')', '…'])
}
