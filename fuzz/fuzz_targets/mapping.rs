//! Whatever somebody says that the columns of any file are, it is read or refused.

#![no_main]

use caifeng_channel::{Field, Mapping, read_mapped};
use libfuzzer_sys::fuzz_target;

const FIELDS: [Option<Field>; 6] = [
    None,
    Some(Field::Id),
    Some(Field::Text),
    Some(Field::Reason),
    Some(Field::ArticleHint),
    Some(Field::SubmittedAt),
];

fuzz_target!(|said: (Vec<(String, u8)>, Vec<u8>)| {
    let (columns, bytes) = said;
    let mut mapping = Mapping::default();
    for (header, field) in &columns {
        mapping.set(header, FIELDS[usize::from(*field) % FIELDS.len()]);
    }
    for name in ["意见.csv", "意见"] {
        if let Ok(import) = read_mapped(&bytes, name, Some(&mapping)) {
            for row in import.rows {
                assert!(!row.submission.text.trim().is_empty());
            }
        }
    }
});
