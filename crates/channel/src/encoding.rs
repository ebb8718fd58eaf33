//! Bytes to text: UTF-8, GB18030 (and so GBK and GB2312) or UTF-16, found out by trying.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::ImportError;

/// A text file decoded.
pub(crate) struct Decoded {
    /// The text without byte order mark. Undecodable bytes are U+FFFD.
    pub text: String,
    /// Name of the encoding.
    pub encoding: &'static str,
    /// Lines with undecodable bytes, from 1, ascending.
    pub bad_lines: Vec<u32>,
}

/// Control characters tolerated before a file counts as binary: a few, and one in so many bytes.
const FEW_CONTROLS: usize = 3;
const CONTROL_SHARE: usize = 100;

/// Decodes with the encoding that fits the whole file, or else the one that fits most lines.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, ImportError> {
    match Encoding::for_bom(bytes) {
        Some((encoding, length)) => Ok(decode_lines(&bytes[length..], encoding)),
        None if is_binary(bytes) => Err(ImportError::NotSupported {
            kind: "二进制文件"
        }),
        None => decode_unmarked(bytes),
    }
}

fn is_binary(bytes: &[u8]) -> bool {
    let is_control = |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r') || *b == 0x7f;
    let controls = bytes.iter().filter(|b| is_control(b)).count();
    controls > FEW_CONTROLS + bytes.len() / CONTROL_SHARE
}

fn decode_unmarked(bytes: &[u8]) -> Result<Decoded, ImportError> {
    if let Ok(text) = str::from_utf8(bytes) {
        return Ok(Decoded {
            text: text.to_owned(),
            encoding: label(UTF_8),
            bad_lines: Vec::new(),
        });
    }
    // One line may be damaged. Both encodings keep the newline byte for the newline, so lines can be
    // told apart before decoding.
    let lines = bytes
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_ascii())
        .count();
    let nearest = [UTF_8, GB18030]
        .map(|encoding| decode_lines(bytes, encoding))
        .into_iter()
        .min_by_key(|d| d.bad_lines.len());
    match nearest {
        Some(decoded) if decoded.bad_lines.len() * 2 < lines => Ok(decoded),
        other => Err(ImportError::Encoding {
            line: other
                .and_then(|d| d.bad_lines.first().copied())
                .unwrap_or(1),
        }),
    }
}

/// Characters of two bytes or more from which on their kind says something.
const ENOUGH: usize = 8;

/// Whether most of `bytes` are characters in daily use in GB18030 (GB 2312, symbols and first level). Nearly
/// all bytes mean something there: what was written as Big5 gives rare characters, of which less than a third
/// are in daily use; of simplified text 99 in 100 are, of traditional text more than half.
fn is_everyday(bytes: &[u8]) -> bool {
    let (mut all, mut everyday, mut at) = (0, 0, 0);
    while let Some(&[lead, trail]) = bytes.get(at..at + 2) {
        at += match (lead, trail) {
            (..0x80, _) | (_, ..0x30) => 1,
            (_, b'0'..=b'9') => 4,
            _ => 2,
        };
        if lead >= 0x80 {
            all += 1;
            let first_level = matches!(lead, 0xa1..=0xa3 | 0xb0..=0xd7) && trail >= 0xa1;
            everyday += usize::from(first_level);
        }
    }
    all < ENOUGH || everyday * 5 >= all * 2
}

/// Whether `line` is UTF-8 beyond doubt. Two bytes of GB18030 may happen to be UTF-8, but not twice three bytes for
/// Chinese characters.
fn is_surely_utf8(line: &[u8]) -> bool {
    let chinese = |c: &char| matches!(c, '\u{4E00}'..='\u{9FFF}');
    str::from_utf8(line).is_ok_and(|line| line.chars().filter(chinese).count() >= 2)
}

/// The name that people know; the standard's own is in lower case for this one.
fn label(encoding: &'static Encoding) -> &'static str {
    if encoding == GB18030 {
        "GB18030"
    } else {
        encoding.name()
    }
}

fn decode_lines(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        let bad = (1u32..).zip(text.split('\n'));
        let bad_lines = bad
            .filter(|(_, l)| l.contains('\u{fffd}'))
            .map(|(n, _)| n)
            .collect();
        return Decoded {
            text: text.into_owned(),
            encoding: label(encoding),
            bad_lines,
        };
    }
    let mut text = String::with_capacity(bytes.len());
    let mut bad_lines = Vec::new();
    let rare = encoding == GB18030 && !is_everyday(bytes);
    let is_foreign =
        |line: &[u8]| encoding == GB18030 && (is_surely_utf8(line) || (rare && !line.is_ascii()));
    for (number, line) in (1u32..).zip(bytes.split_inclusive(|b| *b == b'\n')) {
        let (decoded, had_errors) = encoding.decode_without_bom_handling(line);
        text.push_str(&decoded);
        // GB18030 may take the newline into a broken character's replacement.
        if line.ends_with(b"\n") && !decoded.ends_with('\n') {
            text.push('\n');
        }
        if had_errors || is_foreign(line) {
            bad_lines.push(number);
        }
    }
    Decoded {
        text,
        encoding: label(encoding),
        bad_lines,
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::BIG5;

    use super::{GB18030, decode};

    #[track_caller]
    fn check(bytes: &[u8], text: &str, encoding: &str, bad_lines: &[u32]) {
        let decoded = decode(bytes).unwrap();
        assert_eq!(decoded.text, text);
        assert_eq!(decoded.encoding, encoding);
        assert_eq!(decoded.bad_lines, bad_lines);
    }

    #[test]
    fn encodings_are_told_apart() {
        check("意见\n建议".as_bytes(), "意见\n建议", "UTF-8", &[]);
        check("\u{feff}意见".as_bytes(), "意见", "UTF-8", &[]);
        check(&GB18030.encode("意见，𠮷").0, "意见，𠮷", "GB18030", &[]);
        check(b"\xff\xfe\x0f\x61\xc1\x89", "意见", "UTF-16LE", &[]);
    }

    #[test]
    fn one_damaged_line_does_not_spoil_the_rest() {
        let damaged = [b"\xe6\x84\x8f\n\xe6\x84\n".as_slice(), "见\n".as_bytes()].concat();
        check(&damaged, "意\n\u{fffd}\n见\n", "UTF-8", &[2]);
    }

    #[test]
    fn traditional_text_is_known_in_gb18030_and_refused_in_big5() {
        let text = "id,text\n1,建議將第三條的規定寫得更清楚，並允許訓練過的犬隻進入沿岸\n";
        check(&GB18030.encode(text).0, text, "GB18030", &[]);
        let error = decode(&BIG5.encode(text).0).err().unwrap();
        assert!(
            error.to_string().starts_with("第2行的文字编码无法识别"),
            "{error}"
        );
    }

    #[test]
    fn lines_in_another_encoding_are_damaged() {
        let gb = GB18030.encode("意见内容\n建议写清楚\n罚款太低\n").0;
        let mixed = [&gb, "这一行是后来加上的\n".as_bytes()].concat();
        assert_eq!(decode(&mixed).unwrap().bad_lines, [4]);
        let half = [&gb, "第一行\n第二行\n第三行\n".as_bytes()].concat();
        let error = decode(&half).err().unwrap();
        assert!(error.to_string().contains("混在一起"), "{error}");
    }

    #[test]
    fn what_fits_no_encoding_names_the_line() {
        let error = decode(b"a\n\xff\xff\n\xff\xfe\xff").err().unwrap();
        assert!(
            error.to_string().starts_with("第2行的文字编码无法识别"),
            "{error}"
        );
        let binary = decode(&[0u8, 1, 2, 3]).err().unwrap();
        assert!(binary.to_string().contains("二进制"), "{binary}");
    }
}
