//! Sealing and pseudonyms.

use aes_gcm::{
    AesGcm, KeyInit,
    aead::{Aead, Payload, consts::U12},
};
use caifeng_domain::{CollectorId, ConsultationId, SubmissionId, Submitter};

use super::{Owner, Vault, significant_digits};
use crate::{IdentityKey, OsRandom};

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
    let cipher: AesGcm<sm4::Sm4, U12> =
        AesGcm::new(&bytes::<16>("0123456789abcdeffedcba9876543210").into());
    let msg: Vec<u8> = [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee, 0xaa]
        .into_iter()
        .flat_map(|byte| [byte; 8])
        .collect();
    let payload = Payload {
        msg: &msg,
        aad: &bytes::<20>("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    };
    let sealed = cipher
        .encrypt(&bytes::<12>("00001234567800000000abcd").into(), payload)
        .unwrap();
    assert_eq!(
        crate::rows::hex(&sealed),
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
         d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d\
         83de3541e4c2b58177e065a9bf7b62ec"
    );
}

#[test]
fn what_is_sealed_opens_only_for_its_submission_and_key() {
    let vault = Vault::new(&IdentityKey([7; 32]));
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
        Vault::new(&IdentityKey([8; 32]))
            .open(one, &sealed, &mut back)
            .is_err(),
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
fn one_sender_has_one_pseudonym_in_a_consultation() {
    let vault = Vault::new(&IdentityKey([7; 32]));
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
