//! What is refused for its size, with the arithmetic behind each number.

/// A whole file. 64 MiB are some 100,000 opinions of 200 characters (600 bytes) each.
pub const MAX_FILE_BYTES: usize = 64 << 20;

/// One opinion. The longest real ones, comments on a whole law, have some 20,000 characters.
pub const MAX_TEXT_CHARS: usize = 50_000;

/// All parts of a workbook when unpacked, declared and actual. Sheets pack about 8:1, so twice the
/// largest text file leaves room for what a spreadsheet really holds, and bombs pack 1000:1.
pub const MAX_UNPACKED_BYTES: u64 = 128 << 20;

/// Parts in a workbook; a large one has a few hundred.
pub const MAX_ZIP_ENTRIES: usize = 10_000;

/// Bytes of all cells together. Cells may share one long string, so that a small workbook can
/// unfold into a large one without any packing.
pub const MAX_CELL_BYTES: usize = 128 << 20;

/// Cells of a sheet that hold something: 100,000 rows of 40 columns.
pub const MAX_CELLS: usize = 4_000_000;

/// Lines or rows that are not blank: three times what a whole file of ordinary opinions holds. Each
/// costs some hundred bytes of memory however short it is, and `{}` over and over is short.
pub const MAX_ROWS: usize = 300_000;

/// Columns (keys of JSON objects) looked at; questionnaires have a few dozen.
pub const MAX_COLUMNS: usize = 256;

/// The old binary format, whose reader lays out every sheet as one rectangle in memory.
pub const MAX_XLS_BYTES: usize = 8 << 20;

/// Rows searched for the header, which may come after title rows.
pub const MAX_HEADER_ROWS: usize = 20;

/// Characters of an offending row that an error repeats.
pub const MAX_RAW_CHARS: usize = 200;

/// The body of one WeChat call. A message has at most some 2,000 characters, encrypted and in
/// compatible mode about five times their bytes.
pub const MAX_WECHAT_BYTES: usize = 64 << 10;

/// One pushed questionnaire answer; a thousand times an ordinary one.
pub const MAX_PUSH_BYTES: usize = 1 << 20;

/// One batch of a kiosk, and the items in it. A kiosk sends what it has at most every few minutes.
pub const MAX_BATCH_BYTES: usize = 4 << 20;
/// See [`MAX_BATCH_BYTES`].
pub const MAX_BATCH_ITEMS: usize = 500;

/// Minutes of a meeting, as a file and as unpacked XML: a full day of talk has 100,000 characters,
/// which Word may wrap in twenty times as much; photographs make the file larger.
pub const MAX_MINUTES_BYTES: usize = 32 << 20;

/// What a package unfolds to, declared and actual: 200,000 submissions with their units, of some 1,200
/// bytes each.
pub const MAX_PACKAGE_UNPACKED: u64 = 256 << 20;

/// The first entry of a package, which tells of the others.
pub const MAX_MANIFEST_BYTES: u64 = 4 << 20;
