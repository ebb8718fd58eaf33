//! Packages that are refused, and that nothing of them is taken in.

use caifeng_channel::package::{Signature, write};
use caifeng_domain::Visibility;

use super::{House, Packed, code, said};
use crate::{AppError, Refusal, testing};

const ROWS: &str = "{\"id\":\"1\",\"text\":\"第二条的绳子应当写明长度。\"}\n\
                    {\"id\":\"2\",\"text\":\"第一条的步道夜里太黑，应当装灯。\"}\n";

/// A county that has packed, and a city that trusts it.
async fn two() -> (House, House, Packed) {
    let (county, city) = (House::new("某县").await, House::new("某市").await);
    county.hears(ROWS).await;
    city.trusts(&county, "某县").await;
    let packed = county.packs().await;
    (county, city, packed)
}

/// That `bytes` are refused with this code, tried and in earnest, and nothing is left of them.
async fn check(house: &House, bytes: &[u8], want: &str) {
    assert_eq!(code(house.tries(bytes).await), want);
    assert_eq!(code(house.takes(bytes).await), want);
    assert!(
        house
            .app
            .packages(None, Some("c"))
            .await
            .unwrap()
            .is_empty(),
        "{want}"
    );
    assert_eq!(house.app.count_received("c").await.unwrap(), 0, "{want}");
    assert!(house.app.stations().await.unwrap().is_empty(), "{want}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_package_that_is_not_right_is_taken_in() {
    let (county, city, packed) = two().await;
    let bytes = &packed.bytes;
    check(&city, b"hello", "not_a_package").await;
    check(&city, &bytes[..bytes.len() - 30], "package_damaged").await;
    check(&city, &vec![0; (64 << 20) + 1], "package_too_large").await;

    let opened = caifeng_channel::package::open(bytes).unwrap();
    let signature = opened.signature().clone();
    let (manifest, content) = said(&packed);
    let signed = |change: &dyn Fn(&mut super::Manifest)| {
        let mut manifest = manifest.clone();
        change(&mut manifest);
        let sign = |_: &[u8]| Ok::<Signature, super::ExchangeError>(signature.clone());
        write(manifest, &content, sign).unwrap()
    };
    assert_eq!(signed(&|_| ()), *bytes, "as it was");
    for changed in [
        signed(&|m| m.version = 9),
        signed(&|m| m.counts.submissions = 9),
        signed(&|m| m.organisation = "某省".into()),
        signed(&|m| m.drafts[0].sm3.clear()),
    ] {
        check(&city, &changed, "package_bad_signature").await;
    }
    check(&city, &signed(&|m| m.schema = 2), "package_too_new").await;
    let sign = |_: &[u8]| {
        let algorithm = "rot13".to_owned();
        Ok::<_, super::ExchangeError>(Signature {
            algorithm,
            ..signature.clone()
        })
    };
    let strange = write(manifest.clone(), &content, sign).unwrap();
    check(&city, &strange, "package_strange_algorithm").await;

    let stranger = House::new("某市").await;
    check(&stranger, bytes, "package_unknown_signer").await;
    let elsewhere = House::about("某市", &super::DRAFT.replace("束绳", "戴嘴套")).await;
    elsewhere.trusts(&county, "某县").await;
    check(&elsewhere, bytes, "package_wrong_draft").await;
    let key = &city.app.trusted_keys().await.unwrap()[0];
    city.app.distrust(None, key.id).await.unwrap();
    check(&city, bytes, "package_revoked_signer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_not_replayed_and_stays_where_it_belongs() {
    let (county, city, first) = two().await;
    county
        .hears("{\"id\":\"3\",\"text\":\"第三条停车收费应当听证。\"}")
        .await;
    let second = county.packs().await;
    city.takes(&second.bytes).await.unwrap();
    assert_eq!(code(city.takes(&first.bytes).await), "package_replayed");
    assert_eq!(city.app.count_received("c").await.unwrap(), 3);

    // The same county after its data was restored from a backup: another second version.
    let act = crate::consultations::cli();
    let sm2 = caifeng_store::SignatureSuite::Sm2;
    let key = county.app.store.signing_key(&act, sm2).await.unwrap();
    let line = format!("sm2 {}", key.public().to_hex());
    city.app.trust(None, "某县", &line).await.unwrap();
    let (mut manifest, content) = said(&second);
    let sign = |bytes: &[u8]| {
        Ok::<_, super::ExchangeError>(Signature {
            algorithm: "sm2".into(),
            public_key: key.public().to_hex(),
            signature: crate::drafts::hex(&key.sign(bytes)),
        })
    };
    manifest.package = "0".repeat(32);
    let other = write(manifest.clone(), &content, sign).unwrap();
    assert_eq!(code(city.takes(&other).await), "package_conflicting");
    // Signed with the other algorithm, a later version is taken.
    manifest.version = 3;
    let third = write(manifest, &content, sign).unwrap();
    assert_eq!(super::merged(&city.takes(&third).await.unwrap()).known, 3);

    let window = None;
    city.app
        .create_consultation("d", "另一件", window, Visibility::Public, Vec::new())
        .await
        .unwrap();
    city.app
        .import_draft("d", "d.txt", super::DRAFT.as_bytes())
        .await
        .unwrap();
    let elsewhere = city.app.receive_package(None, Some("d"), third, false);
    assert_eq!(code(elsewhere.await), "package_other_consultation");
    let own = county.takes(&second.bytes).await;
    assert_eq!(code(own), "package_own");
    let city_key = city.app.own_key().await.unwrap();
    assert_eq!(
        code(city.app.trust(None, "某市", &city_key.line).await),
        "own_public_key"
    );
    assert_eq!(
        code(city.app.trust(None, "某县", &line).await),
        "known_public_key"
    );
    assert_eq!(
        code(city.app.trust(None, "某县", "ed25519 00").await),
        "bad_public_key"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_speaks_for_one_place_exchanges_nothing() {
    let (county, _, packed) = two().await;
    let mut by = testing::somebody("王审", caifeng_domain::Role::Reviewer);
    county
        .app
        .export_package(Some(&by), Some("c"))
        .await
        .unwrap();
    by.reach.station = caifeng_domain::StationId::new(1);
    let refused = county.app.export_package(Some(&by), Some("c")).await;
    assert!(matches!(
        refused,
        Err(AppError::Refused(Refusal::Forbidden))
    ));
    let expert = testing::somebody("专家", caifeng_domain::Role::Expert);
    let refused = county
        .app
        .receive_package(Some(&expert), Some("c"), packed.bytes, false);
    assert!(matches!(
        refused.await,
        Err(AppError::Refused(Refusal::Forbidden))
    ));
    let refused = county.app.trust(Some(&expert), "某市", "").await;
    assert!(matches!(
        refused,
        Err(AppError::Refused(Refusal::Forbidden))
    ));
}
