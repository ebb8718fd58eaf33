//! Traditional to simplified characters.

use super::offsets::Mapped;
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::sync::LazyLock;

/// The characters of the two big blocks; rarer ones are converted too, but only in a text that has
/// one of these.
const BLOCKS: std::ops::RangeInclusive<char> = '\u{3400}'..='\u{9FFF}';

/// Conversions until nothing changes: 薴 becomes 苧, which becomes 苎.
const MAX_ROUNDS: usize = 4;

/// Converter and table take some 20 ms together, and load with the first text that is not ASCII.
static TABLE: LazyLock<Option<Table>> = LazyLock::new(Table::load);

struct Table {
    converter: OpenCC,
    /// One bit per character of [`BLOCKS`]: whether it is a traditional form.
    traditional: Vec<u64>,
}

impl Table {
    /// `None` never happens with a dictionary that is compiled in; without one texts stay as they
    /// are.
    fn load() -> Option<Self> {
        let converter = OpenCC::from_config(BuiltinConfig::T2s).ok()?;
        let mut traditional = vec![0; BLOCKS.count().div_ceil(64)];
        let mut buffer = [0; 4];
        for c in BLOCKS {
            let alone = c.encode_utf8(&mut buffer);
            if converter.convert(alone) != *alone {
                let (word, bit) = position(c);
                traditional[word] |= 1 << bit;
            }
        }
        Some(Self {
            converter,
            traditional,
        })
    }

    fn is_traditional(&self, c: char) -> bool {
        let (word, bit) = position(c);
        BLOCKS.contains(&c) && self.traditional[word] >> bit & 1 == 1
    }

    /// The whole text at once, so that phrases count: 乾坤 keeps its 乾.
    fn convert(&self, text: &str) -> String {
        let mut text = self.converter.convert(text);
        for _ in 1..MAX_ROUNDS {
            let again = self.converter.convert(&text);
            if again == text {
                break;
            }
            text = again;
        }
        text
    }
}

fn position(c: char) -> (usize, usize) {
    let index = (c as usize).saturating_sub(*BLOCKS.start() as usize);
    (index / 64, index % 64)
}

/// Replaces traditional characters by simplified ones, one for one.
pub(super) fn simplify(chars: &mut [Mapped]) {
    if chars.iter().all(|m| m.c.is_ascii()) {
        return;
    }
    let Some(table) = TABLE.as_ref() else { return };
    if !chars.iter().any(|m| table.is_traditional(m.c)) {
        return;
    }
    let text: String = chars.iter().map(|m| m.c).collect();
    let simplified = table.convert(&text);
    // All entries of the dictionary keep the number of characters; a newer one might not, and a
    // shifted text would be worse than one left alone.
    if simplified.chars().count() == chars.len() {
        for (m, c) in chars.iter_mut().zip(simplified.chars()) {
            m.c = c;
        }
    }
}
