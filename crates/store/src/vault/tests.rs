//! Sealing and pseudonyms.

use caifeng_domain::{CollectorId, ConsultationId, SubmissionId, Submitter};

use super::{Owner, Purpose, Ring, Suite, Vault, WrappedKey, significant_digits};
use crate::{IdentityKey, OsRandom, StoreError};

/// A vault with keys of one byte each: the last ones seal with AES.
fn vault(keys: &[u8]) -> Vault {
    let master = IdentityKey([9; 32]);
    let wrap = |(id, &byte): (u32, &u8)| {
        let (purpose, suite) = match id {
            1 => (Purpose::Hash, Suite::Sm4Gcm),
            2 => (Purpose::Seal, Suite::Sm4Gcm),
            _ => (Purpose::Seal, Suite::Aes256Gcm),
        };
        WrappedKey::wrap(id, purpose, suite, &[byte; 32], &master, &OsRandom).unwrap()
    };
    let keys: Vec<WrappedKey> = (1..).zip(keys).map(wrap).collect();
    Vault::new(Ring::unwrap(&keys, &master).unwrap())
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let mut out = [0; N];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap();
    }
    out
}

fn submitter(name: &str, phone: &str, region: &str) -> Submitter {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Submitter {
        name: some(name),
        phone: some(phone),
        identity: None,
        region: some(region),
        account: None,
    }
}

/// RFC 8998, appendix A.1.
#[test]
fn sm4_gcm_agrees_with_its_standard() {
    let mut key = [0; 32];
    key[..16].copy_from_slice(&bytes::<16>("0123456789abcdeffedcba9876543210"));
    let plain: Vec<u8> = [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee, 0xaa]
        .into_iter()
        .flat_map(|byte| [byte; 8])
        .collect();
    agrees(
        Suite::Sm4Gcm,
        key,
        "00001234567800000000abcd",
        &plain,
        &bytes::<20>("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
         d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d\
         83de3541e4c2b58177e065a9bf7b62ec",
    );
}

/// The GCM specification (McGrew and Viega), test case 16.
#[test]
fn aes_256_gcm_agrees_with_its_specification() {
    agrees(
        Suite::Aes256Gcm,
        bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
        "cafebabefacedbaddecaf888",
        &bytes::<60>(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        ),
        &bytes::<20>("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
         8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
         76fc6ece0f4e1768cddf8853bb2d551b",
    );
}

#[track_caller]
fn agrees(suite: Suite, key: [u8; 32], nonce: &str, plain: &[u8], aad: &[u8], want: &str) {
    let provider = suite.provider(&key);
    let sealed = provider.seal(bytes(nonce), plain, aad).unwrap();
    assert_eq!(crate::rows::hex(&sealed), want);
    let opened = provider.open(bytes(nonce), &sealed, aad);
    assert_eq!(opened.as_deref(), Some(plain));
    assert_eq!(provider.open(bytes(nonce), &sealed, b"other"), None);
}

#[test]
fn what_is_sealed_opens_only_for_its_submission_and_key() {
    let vault = vault(&[7, 7]);
    let one = Owner::Sender(SubmissionId::new(1).unwrap());
    let two = Owner::Sender(SubmissionId::new(2).unwrap());
    let collector = Owner::Collector(CollectorId::new(1).unwrap());
    let who = submitter("欧阳某", "13800000000", "");
    let sealed = vault.seal(one, &who, &OsRandom).unwrap().unwrap();
    let mut back = Submitter::default();
    vault.open(one, &sealed, &mut back).unwrap();
    assert_eq!(back, who);

    for other in [two, collector] {
        assert!(vault.open(other, &sealed, &mut back).is_err(), "moved");
    }
    assert!(
        self::vault(&[7, 8]).open(one, &sealed, &mut back).is_err(),
        "other key"
    );
    for cut in [0, 5, sealed.len() - 1] {
        assert!(vault.open(one, &sealed[..cut], &mut back).is_err());
    }
    assert!(
        vault
            .seal(one, &submitter("", "", "某镇"), &OsRandom)
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_newer_key_seals_and_older_ones_still_open() {
    let owner = Owner::Sender(SubmissionId::new(1).unwrap());
    let who = submitter("欧阳某", "13800000000", "");
    let (before, after) = (vault(&[7, 7]), vault(&[7, 7, 8]));
    let old = before.seal(owner, &who, &OsRandom).unwrap().unwrap();
    let new = after.seal(owner, &who, &OsRandom).unwrap().unwrap();
    assert!(old.starts_with(&before.header()) && new.starts_with(&after.header()));
    assert_ne!(before.header(), after.header());
    // Before there were several keys, there was no header.
    for sealed in [&old[..], &new, &old[super::HEADER_BYTES..]] {
        let mut back = Submitter::default();
        after.open(owner, sealed, &mut back).unwrap();
        assert_eq!(back, who);
    }
    assert!(before.open(owner, &new, &mut Submitter::default()).is_err());
    let here = ConsultationId::new(1).unwrap();
    assert_eq!(before.pseudonym(here, &who), after.pseudonym(here, &who));
}

#[test]
fn wrapped_keys_open_only_under_their_master_and_number() {
    let (master, other) = (IdentityKey([1; 32]), IdentityKey([2; 32]));
    for suite in [Suite::Sm4Gcm, Suite::Aes256Gcm] {
        let mut key =
            WrappedKey::wrap(3, Purpose::Seal, suite, &[5; 32], &master, &OsRandom).unwrap();
        assert_eq!(key.unwrap(&master).unwrap(), [5; 32]);
        assert!(matches!(key.unwrap(&other), Err(StoreError::WrongKey)));
        key.id = 4;
        assert!(key.unwrap(&master).is_err());
    }
}

#[test]
fn one_sender_has_one_pseudonym_in_a_consultation() {
    let vault = vault(&[7, 7]);
    let (here, there) = (
        ConsultationId::new(1).unwrap(),
        ConsultationId::new(2).unwrap(),
    );
    let of = |name, phone, region| vault.pseudonym(here, &submitter(name, phone, region));
    assert_eq!(
        of("甲", "138-0000-0000", ""),
        of("乙", "+86 13800000000", "某镇")
    );
    assert_ne!(of("", "13800000000", ""), of("", "13800000001", ""));
    assert_eq!(of("甲", "", "某镇"), of(" 甲", "无", "某镇 "));
    assert_ne!(of("甲", "", "某镇"), of("甲", "", "另镇"));
    assert_ne!(of("甲", "", "乙丙"), of("甲乙", "", "丙"));
    for nobody in [of("甲", "", ""), of("", "", "某镇"), of("", "123", "")] {
        assert_eq!(nobody, None);
    }
    let who = submitter("", "13800000000", "");
    assert_ne!(vault.pseudonym(here, &who), vault.pseudonym(there, &who));
}

#[test]
fn telephone_numbers_are_compared_by_their_digits() {
    for (phone, want) in [
        ("138 0000 0000", "13800000000"),
        ("008613800000000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("+86-021-86000000", "02186000000"),
        ("86000000", "86000000"),
        ("电话", ""),
    ] {
        assert_eq!(significant_digits(phone), want, "{phone}");
    }
}
