//! Packages as they are written, and as somebody else may have made them.

use std::io::{Cursor, Write as _};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    About, Content, Count, FeedbackLine, Kind, Manifest, PackageError, PointLine, Signature,
    SubmissionLine, UnitLine, Verified, archive, open, version_mark, write,
};
use super::{AnswerLine, FEEDBACK, MANIFEST, POINTS, SIGNATURE, SUBMISSIONS};
use crate::limits::{MAX_FILE_BYTES, MAX_MANIFEST_BYTES};

fn line(number: u32, text: &str) -> SubmissionLine {
    SubmissionLine {
        reference: format!("{number:032x}"),
        sender: Some(format!("{:032x}", 7)),
        channel: "kiosk".into(),
        station: Some("东街".into()),
        group: Some("居民".into()),
        region: None,
        day: "2026-03-01".into(),
        draft: 0,
        article_hint: Some("2".into()),
        question: None,
        text: text.into(),
        units: vec![UnitLine {
            start: 0,
            end: 2,
            scope: "article".into(),
            articles: vec!["2".into()],
            stance: "amend".into(),
            point: 1,
            edit: None,
            left_out: false,
        }],
    }
}

fn content() -> Content {
    let point = PointLine {
        point: 1,
        place: "第二条".into(),
        articles: vec!["2".into()],
        stance: "amend".into(),
        words: "绳子".into(),
        wording: None,
        submissions: 2,
        senders: 1,
        texts: 2,
        confirmed: false,
        memos: Vec::new(),
        result: None,
    };
    let lines = vec![line(1, "绳子要短。"), line(2, "绳子要更短。")];
    Content::Submissions(lines, vec![point])
}

fn manifest() -> Manifest {
    Manifest {
        format: "caifeng-submissions".into(),
        schema: 1,
        package: "a".repeat(32),
        series: "b".repeat(32),
        version: 1,
        exported_at: "2026-04-01T08:00:00+08:00".into(),
        program: "0".into(),
        organisation: "某县联系点".into(),
        consultation: About {
            slug: "c".into(),
            title: "某条例（草案）".into(),
        },
        drafts: vec![version_mark("一审稿", "第一条")],
        questions: Vec::new(),
        stations: Vec::new(),
        counts: Count {
            submissions: 2,
            senders: 1,
            texts: 2,
            units: 2,
            points: 1,
            ..Count::default()
        },
        entries: Vec::new(),
    }
}

/// In place of a signature: whose it is, is the store's to say.
fn sign(_: &[u8]) -> Signature {
    Signature {
        algorithm: "ed25519".into(),
        public_key: "00".into(),
        signature: "00".into(),
    }
}

fn packed(manifest: Manifest, content: &Content) -> Vec<u8> {
    write(manifest, content, |bytes| {
        Ok::<_, PackageError>(sign(bytes))
    })
    .unwrap()
}

fn read(bytes: &[u8]) -> Result<Verified, PackageError> {
    open(bytes)?.verified()
}

/// The files of a package, to be changed and put together again.
fn files(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let files = archive::read(bytes).unwrap();
    let named = files
        .into_iter()
        .map(|(name, file)| (name.to_owned(), file));
    named.collect()
}

fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The code with which a package is refused after `change`.
#[track_caller]
fn check(want: &str, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) {
    let mut all = files(&packed(manifest(), &content()));
    change(&mut all);
    let error = read(&zip(&all)).unwrap_err();
    assert_eq!(error.code(), want, "{error}");
}

fn file<'f>(all: &'f mut [(String, Vec<u8>)], name: &str) -> &'f mut Vec<u8> {
    &mut all.iter_mut().find(|(other, _)| other == name).unwrap().1
}

fn replaced(bytes: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(std::mem::take(bytes)).unwrap();
    assert!(text.contains(from), "{text}");
    *bytes = text.replacen(from, to, 1).into_bytes();
}

#[test]
fn what_is_written_is_read_and_the_same_is_the_same_bytes() {
    let bytes = packed(manifest(), &content());
    assert_eq!(bytes, packed(manifest(), &content()));
    let opened = open(&bytes).unwrap();
    assert_eq!(opened.kind(), Kind::Submissions);
    assert!(opened.signed().starts_with(b"{"));
    let back = opened.verified().unwrap();
    assert_eq!(back.content, content());
    assert_eq!(back.manifest.entries.len(), 2);
    assert_eq!(back.content.digest(), content().digest());

    let answer = AnswerLine {
        by: "某省".into(),
        words: "绳子".into(),
        place: "第二条".into(),
        wording: None,
        together: 9,
        result: "采纳".into(),
        reason: String::new(),
        day: "2026-05-01".into(),
    };
    let feedback = Content::Feedback(vec![FeedbackLine {
        reference: format!("{:032x}", 1),
        answers: vec![answer],
    }]);
    let said = Manifest {
        format: "caifeng-feedback".into(),
        counts: Count {
            submissions: 1,
            units: 1,
            ..Count::default()
        },
        ..manifest()
    };
    assert_eq!(read(&packed(said, &feedback)).unwrap().content, feedback);
}

#[test]
fn whatever_was_changed_is_found() {
    for name in [SUBMISSIONS, POINTS] {
        check("package_tampered", |all| {
            replaced(file(all, name), "绳子", "锁链");
        });
        check("package_tampered", |all| file(all, name).push(b'\n'));
        check("package_tampered", |all| file(all, name).truncate(9));
    }
    check("package_miscounted", |all| {
        replaced(
            file(all, MANIFEST),
            "\"submissions\": 2",
            "\"submissions\": 3",
        );
    });
    check("package_bad_manifest", |all| {
        replaced(
            file(all, MANIFEST),
            "\"name\": \"points.jsonl\"",
            "\"name\": \"other\"",
        );
    });
    check("package_bad_manifest", |all| {
        replaced(file(all, MANIFEST), "\"version\": 1", "\"version\": 0");
    });
    check("package_bad_signature", |all| {
        file(all, SIGNATURE).truncate(3);
    });
}

#[test]
fn a_package_of_another_form_is_refused() {
    check("package_too_new", |all| {
        replaced(file(all, MANIFEST), "\"schema\": 1", "\"schema\": 2");
    });
    // Of a later form nothing else is understood.
    check("package_too_new", |all| {
        *file(all, MANIFEST) = b"{\"schema\": 9}".to_vec();
    });
    check("package_bad_manifest", |all| {
        replaced(file(all, MANIFEST), "caifeng-submissions", "caifeng-other");
    });
    check("package_missing_entry", |all| {
        all.retain(|(name, _)| name != POINTS);
    });
    check("package_missing_entry", |all| {
        all.retain(|(name, _)| name != SIGNATURE);
    });
    check("not_a_package", |all| {
        all.retain(|(name, _)| name != MANIFEST);
    });
    check("package_strange_entry", |all| {
        all.push((FEEDBACK.into(), Vec::new()));
    });
    for name in [
        "../manifest.json",
        "/etc/passwd",
        "a/points.jsonl",
        "..\\x",
        "x.exe",
    ] {
        check("package_strange_entry", |all| {
            all.push((name.into(), Vec::new()));
        });
    }
    assert_eq!(read(b"hello").unwrap_err().code(), "not_a_package");
    assert_eq!(read(b"").unwrap_err().code(), "not_a_package");
}

#[test]
fn a_package_cut_anywhere_is_refused() {
    let bytes = packed(manifest(), &content());
    for end in 0..bytes.len() {
        let error = read(&bytes[..end]).unwrap_err();
        let codes = ["not_a_package", "package_damaged"];
        assert!(codes.contains(&error.code()), "{end}: {error}");
    }
}

#[test]
fn a_byte_changed_anywhere_is_found_or_says_nothing() {
    let bytes = packed(manifest(), &content());
    let whole = read(&bytes).unwrap();
    let manifest_bytes = open(&bytes).unwrap().signed().to_vec();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        // What is left as it was are times and flags of the archive, of which nothing is read; a
        // change of the manifest is found by the signature.
        if let Ok(opened) = open(&changed)
            && opened.signed() == manifest_bytes
            && let Ok(read) = opened.verified()
        {
            assert_eq!(read, whole, "byte {at}");
        }
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_unfolded() {
    let mut bytes = packed(manifest(), &content());
    bytes.resize(MAX_FILE_BYTES + 1, 0);
    assert_eq!(read(&bytes).unwrap_err().code(), "package_too_large");
    let large = usize::try_from(MAX_MANIFEST_BYTES).unwrap() + 1;
    check("package_too_large", |all| {
        file(all, MANIFEST).resize(large, b' ');
    });
    // The same with a lie about the size wherever it is written down.
    let mut all = files(&packed(manifest(), &content()));
    file(&mut all, MANIFEST).resize(large, b' ');
    let mut bytes = zip(&all);
    let size = u32::try_from(large).unwrap().to_le_bytes();
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == size {
            bytes[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
        }
    }
    let codes = ["package_too_large", "package_damaged"];
    assert!(codes.contains(&read(&bytes).unwrap_err().code()));
}

#[test]
fn a_line_that_cannot_be_used_is_named() {
    let check = |want: &str, change: &dyn Fn(&mut SubmissionLine)| {
        let Content::Submissions(mut lines, points) = content() else {
            unreachable!()
        };
        change(&mut lines[1]);
        let said = Manifest {
            counts: Count {
                units: lines.iter().map(|line| line.units.len()).sum(),
                ..manifest().counts
            },
            ..manifest()
        };
        let error = read(&packed(said, &Content::Submissions(lines, points))).unwrap_err();
        assert_eq!(error.code(), "package_bad_line");
        let text = error.to_string();
        assert!(text.contains("第 2 行") && text.contains(want), "{text}");
    };
    check("重复", &|line| line.reference = format!("{:032x}", 1));
    check("编号", &|line| line.reference = "../x".into());
    check("编号", &|line| line.sender = Some("王建国".into()));
    check("渠道", &|line| line.channel = "鸽子".into());
    check("没有内容", &|line| line.text = "  \n".into());
    check("没有内容", &|line| line.text.push('\0'));
    check("太长", &|line| line.text = "长".repeat(50_001));
    check("站点", &|line| line.station = Some("站".repeat(201)));
    check("日期", &|line| line.day = "2026-02-30".into());
    check("草案", &|line| line.draft = 1);
    check("条号", &|line| line.article_hint = Some("十条".into()));
    check("位置", &|line| line.units[0].end = 99);
    check("位置", &|line| line.units[0].stance = "怒".into());
}
