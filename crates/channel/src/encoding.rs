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
    for encoding in [UTF_8, GB18030] {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return Ok(Decoded {
                text: text.into_owned(),
                encoding: label(encoding),
                bad_lines: Vec::new(),
            });
        }
    }
    // Neither fits throughout: one line may be damaged. Both encodings keep the newline byte for
    // the newline, so lines can be told apart before decoding.
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
    for (number, line) in (1u32..).zip(bytes.split_inclusive(|b| *b == b'\n')) {
        let (decoded, had_errors) = encoding.decode_without_bom_handling(line);
        text.push_str(&decoded);
        if had_errors {
            // GB18030 may take the newline into a broken character's replacement.
            if line.ends_with(b"\n") && !decoded.ends_with('\n') {
                text.push('\n');
            }
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
