//! The encoder on a tiny model, and refusals.

use std::fs;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

use super::*;
use crate::Pooling;
use crate::install::tiny;
use crate::manifest::{CONFIG, MANIFEST};
use crate::vectors::dot;

const TEXTS: [&str; 7] = [
    "电梯坏",
    "",
    "梯",
    "电梯 坏电 梯坏 电梯坏坏坏坏",
    "𠮷👍🏻\u{202e}",
    "电 梯 电 梯 电 梯 电 梯 电 梯 坏 坏",
    "坏",
];

fn load(folder: &Path) -> SentenceEncoder {
    SentenceEncoder::load(folder, None).unwrap()
}

/// A loaded model for each kernel of this machine.
fn load_all(folder: &Path) -> impl Iterator<Item = SentenceEncoder> {
    let kernels = Kernel::available().into_iter();
    kernels.map(|kernel| SentenceEncoder::load(folder, Some(kernel)).unwrap())
}

fn encode(encoder: &SentenceEncoder, texts: &[&str]) -> Vectors {
    encoder.encode(texts, Role::Query, &()).unwrap()
}

#[track_caller]
fn assert_near(got: &[f32], want: &[f32], tolerance: f32) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() < tolerance, "{got} is not {want}");
    }
}

fn edit_config(folder: &Path, edit: impl Fn(&mut Value)) {
    let path = folder.join(CONFIG);
    let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    edit(&mut config);
    fs::write(path, config.to_string()).unwrap();
}

/// Rewrites the weights: for each tensor its name, shape, and numbers.
fn edit_weights(folder: &Path, edit: impl Fn(&mut String, &mut Vec<usize>, &mut Vec<f32>)) {
    let path = folder.join(WEIGHTS);
    let bytes = fs::read(&path).unwrap();
    let mut tensors = Vec::new();
    for (mut name, view) in SafeTensors::deserialize(&bytes).unwrap().tensors() {
        let mut shape = view.shape().to_vec();
        let words = view.data().as_chunks::<4>().0.iter();
        let mut numbers = words.map(|word| f32::from_le_bytes(*word)).collect();
        edit(&mut name, &mut shape, &mut numbers);
        let bytes: Vec<u8> = numbers.into_iter().flat_map(f32::to_le_bytes).collect();
        tensors.push((name, shape, bytes));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (
            name,
            TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap(),
        )
    });
    fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

#[test]
fn a_text_has_the_same_vector_alone_and_among_others() {
    let folder = tiny::model_dir();
    for encoder in load_all(folder.path()) {
        let together = encode(&encoder, &TEXTS);
        for (text, row) in TEXTS.iter().zip(together.rows()) {
            let alone = encode(&encoder, &[text]);
            if encoder.kernel() == Kernel::Candle {
                assert_near(row, alone.row(0), 1e-5);
            } else {
                // Bit by bit.
                assert_eq!(row, alone.row(0), "{}: {text}", encoder.kernel());
            }
            assert!((dot(row, row) - 1.0).abs() < 1e-5, "{text}");
        }
        assert!(dot(together.row(0), together.row(5)) < 0.9999);
    }
}

#[test]
fn kernels_agree() {
    let folder = tiny::model_dir();
    let candle = SentenceEncoder::load(folder.path(), Some(Kernel::Candle)).unwrap();
    let want = encode(&candle, &TEXTS);
    for encoder in load_all(folder.path()) {
        // Random weights forgive less than a model.
        let least = match encoder.kernel().form() {
            Some("int8") => 0.99,
            Some(_) => 0.999,
            None => 1.0 - 1e-5,
        };
        for (got, want) in encode(&encoder, &TEXTS).rows().zip(want.rows()) {
            let cosine = dot(got, want);
            assert!(cosine > least, "{}: {cosine}", encoder.kernel());
        }
    }
}

/// Stops after so many texts.
struct Impatient(AtomicUsize);

impl Watch for Impatient {
    fn done(&self, texts: usize) {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(texts), Ordering::Relaxed);
    }

    fn stops(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

#[test]
fn encoding_stops_when_nobody_wants_the_rest() {
    let folder = tiny::model_dir();
    let encoder = load(folder.path());
    let texts = vec!["电梯坏"; 1_000];
    let after = |count| {
        let watch = Impatient(AtomicUsize::new(count));
        encoder.encode(&texts, Role::Query, &watch)
    };
    assert_eq!(after(0), Err(EncodeError::Stopped));
    assert_eq!(after(200), Err(EncodeError::Stopped));
    assert_eq!(after(1_001).unwrap().len(), 1_000);
}

#[test]
fn forms_are_told_apart() {
    let folder = tiny::model_dir();
    for encoder in load_all(folder.path()) {
        let form = encoder.kernel().form();
        let suffix = form.map_or(String::new(), |form| format!("+{form}"));
        assert_eq!(encoder.form(), format!("{}{suffix}", encoder.identity()));
    }
}

#[test]
fn a_model_whose_sizes_do_not_fit_is_left_to_candle() {
    let folder = tiny::model_dir();
    edit_config(folder.path(), |config| {
        config["num_attention_heads"] = json!(4);
    });
    assert_eq!(load(folder.path()).kernel(), Kernel::Candle);
    let refused = SentenceEncoder::load(folder.path(), Some(Kernel::Amx)).unwrap_err();
    assert!(matches!(refused, ModelError::Kernel(Kernel::Amx)));
}

#[test]
fn the_order_of_texts_and_the_number_of_threads_change_nothing() {
    let folder = tiny::model_dir();
    let many: Vec<&str> = TEXTS.iter().copied().cycle().take(200).collect();
    let turned: Vec<&str> = many.iter().rev().copied().collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(3)
        .build()
        .unwrap();
    for encoder in load_all(folder.path()) {
        let want = encode(&encoder, &many);
        let got = pool.install(|| encode(&encoder, &turned));
        assert!(got.rows().rev().eq(want.rows()));
    }
}

#[test]
fn a_long_text_is_the_mean_of_its_windows() {
    let folder = tiny::model_dir();
    let encoder = load(folder.path());
    // Three tokens a word: four words fill a window, and each window is the same.
    let window = "电坏 ".repeat(4);
    let one = encode(&encoder, &[&window]);
    let three = encode(&encoder, &[&window.repeat(3)]);
    assert_near(three.row(0), one.row(0), 1e-5);
    // Half a window more counts half.
    let other = encode(&encoder, &[&format!("{window}电坏 电坏")]);
    assert!(dot(other.row(0), one.row(0)) > 0.9);
    assert!(dot(other.row(0), one.row(0)) < 0.999_99);
}

#[test]
fn a_text_of_megabytes_is_looked_at_from_its_beginning_only() {
    let folder = tiny::model_dir();
    let encoder = load(folder.path());
    let long = "电坏 ".repeat(300_000);
    let ids = encoder.token_ids(&long, Role::Query).unwrap();
    assert_eq!(ids.len(), MAX_WINDOWS * 12);
    let want = encode(&encoder, &[&"电坏 ".repeat(4)]);
    assert_near(encode(&encoder, &[&long]).row(0), want.row(0), 1e-5);
}

#[test]
fn progress_counts_each_text_once() {
    let folder = tiny::model_dir();
    let encoder = load(folder.path());
    let count = AtomicUsize::new(0);
    encoder.encode(&TEXTS, Role::Query, &count).unwrap();
    assert_eq!(count.into_inner(), TEXTS.len());
}

#[test]
fn no_texts_give_no_vectors() {
    let folder = tiny::model_dir();
    assert!(encode(&load(folder.path()), &[]).is_empty());
}

#[test]
fn a_model_inside_another_is_found() {
    let folder = tiny::model_dir();
    let want = encode(&load(folder.path()), &TEXTS);
    edit_weights(folder.path(), |name, _, _| name.insert_str(0, "bert."));
    assert_eq!(encode(&load(folder.path()), &TEXTS), want);
}

#[test]
fn xlm_roberta_counts_positions_from_behind_the_padding_id() {
    let folder = tiny::model_dir();
    let want = encode(&load(folder.path()), &TEXTS);
    edit_config(folder.path(), |config| {
        config["model_type"] = json!("xlm-roberta");
        config["max_position_embeddings"] = json!(16);
    });
    edit_weights(folder.path(), |name, shape, numbers| {
        if name.contains("position_embeddings") {
            shape[0] += 2;
            numbers.splice(0..0, [9.0; 128]);
        }
    });
    let encoder = load(folder.path());
    assert_eq!(encoder.info().max_positions, 14);
    assert_eq!(encode(&encoder, &TEXTS), want);
}

#[test]
fn pooling_and_prefixes_are_read_or_known() {
    let folder = tiny::model_dir();
    let at = |name: &str| folder.path().join(name);
    for name in ["bge-small-zh-v1.5", "multilingual-e5-base", "other"] {
        fs::create_dir(at(name)).unwrap();
        tiny::write_model(&at(name));
    }
    let bge = load(&at("bge-small-zh-v1.5"));
    assert_eq!(bge.info().pooling, Pooling::Cls);
    assert_eq!(bge.info().query_prefix, "");
    let e5 = load(&at("multilingual-e5-base"));
    assert_eq!(e5.info().pooling, Pooling::Mean);
    assert_eq!(e5.info().passage_prefix, "passage: ");
    assert_eq!(load(&at("other")).info().pooling, Pooling::Mean);
    fs::create_dir(at("other/1_Pooling")).unwrap();
    let modes = json!({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false});
    fs::write(at("other/1_Pooling/config.json"), modes.to_string()).unwrap();
    let other = load(&at("other"));
    assert_eq!(other.info().pooling, Pooling::Cls);
    assert_eq!(encode(&other, &TEXTS), encode(&bge, &TEXTS));
    assert!(other.identity().starts_with("other/"));
}

#[track_caller]
fn check_refused(damage: impl Fn(&Path), expected: impl Fn(&ModelError) -> bool) {
    let folder = tiny::model_dir();
    load(folder.path());
    damage(folder.path());
    let error = SentenceEncoder::load(folder.path(), None).unwrap_err();
    assert!(expected(&error), "{error:?}");
}

#[test]
fn directories_that_do_not_fit_together_are_refused() {
    let set = |key: &'static str, value: Value| {
        move |folder: &Path| edit_config(folder, |config| config[key] = value.clone())
    };
    let dimension = |error: &ModelError| matches!(error, ModelError::Dimension { .. });
    let unsupported = |error: &ModelError| matches!(error, ModelError::Unsupported(_));
    check_refused(set("hidden_size", json!(128)), dimension);
    check_refused(set("intermediate_size", json!(64)), dimension);
    check_refused(set("vocab_size", json!(9)), dimension);
    check_refused(set("max_position_embeddings", json!(512)), dimension);
    check_refused(
        set("num_hidden_layers", json!(3)),
        |error| matches!(error, ModelError::MissingTensor(name) if name.starts_with("encoder.layer.2.")),
    );
    check_refused(set("num_attention_heads", json!(5)), unsupported);
    check_refused(set("num_attention_heads", json!(0)), unsupported);
    check_refused(set("model_type", json!("gpt2")), unsupported);
    check_refused(set("hidden_act", json!("relu")), unsupported);
    check_refused(set("max_position_embeddings", json!(1)), unsupported);
    check_refused(set("hidden_size", json!("wide")), |error| {
        matches!(error, ModelError::Malformed { .. })
    });
}

#[test]
fn missing_and_broken_files_are_refused() {
    for name in [CONFIG, TOKENIZER, WEIGHTS] {
        let remove = |folder: &Path| fs::remove_file(folder.join(name)).unwrap();
        check_refused(
            remove,
            |error| matches!(error, ModelError::Missing(path) if path.ends_with(name)),
        );
        let cut = |folder: &Path| {
            let bytes = fs::read(folder.join(name)).unwrap();
            fs::write(folder.join(name), &bytes[..bytes.len() / 2]).unwrap();
        };
        check_refused(cut, |error| matches!(error, ModelError::Malformed { .. }));
    }
    let error = SentenceEncoder::load(Path::new("no/such/folder"), None).unwrap_err();
    assert!(error.to_string().contains("caifeng model install"));
}

#[test]
fn files_changed_after_the_installation_are_refused() {
    for name in [CONFIG, TOKENIZER, WEIGHTS] {
        let damage = |folder: &Path| {
            tiny::write_manifest(folder);
            load(folder);
            let mut bytes = fs::read(folder.join(name)).unwrap();
            bytes.push(b' ');
            fs::write(folder.join(name), bytes).unwrap();
        };
        check_refused(
            damage,
            |error| matches!(error, ModelError::Checksum { path, .. } if path.ends_with(name)),
        );
    }
}

#[test]
fn a_manifest_of_another_dimension_is_refused() {
    let damage = |folder: &Path| {
        tiny::write_manifest(folder);
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(
            path,
            text.replace("\"dimension\": 64", "\"dimension\": 512"),
        )
        .unwrap();
    };
    check_refused(
        damage,
        |error| matches!(error, ModelError::Dimension { want, got, .. } if want == &[512] && got == &[64]),
    );
}

/// What the reference engine gives for a text, see `tests-data/make_parity.py`.
#[derive(serde::Deserialize)]
struct Reference {
    text: String,
    /// Pieces of `query: ` and the text.
    pieces: Vec<String>,
    /// The first numbers of its vector.
    vector: Vec<f32>,
}

/// The default model, where it is installed: in `CAIFENG_MODELS` or this repository's `models`.
fn installed() -> Option<PathBuf> {
    let models = std::env::var_os("CAIFENG_MODELS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"),
        Into::into,
    );
    let folder = models.join(crate::install::DEFAULT_MODEL);
    if !folder.exists() {
        eprintln!("NOT RUN: no model in `{}`", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn kernels_agree_on_the_installed_model() {
    let Some(folder) = installed() else { return };
    let long = "快递柜超时收费应当事先告知收件人。".repeat(60);
    let mixed = [
        "第三十四条",
        "👍🏻 ok？？？ 12345 https://example.invalid/a?b=c",
        "ＡＢＣ　ｱｲｳ — “引号”……",
        "\u{202e}反向\u{0}控制",
        "建议将第十二条第二款中的“三十日”修改为“十五个工作日”，并增加一项：（五）不得泄露寄件人信息。",
        long.as_str(),
    ];
    let corpus = include_str!("../../../../corpora/units/kuaidi.jsonl");
    let texts: Vec<&str> = corpus.lines().step_by(3).chain(mixed).collect();
    let candle = SentenceEncoder::load(&folder, Some(Kernel::Candle)).unwrap();
    let want = encode(&candle, &texts);
    for encoder in load_all(&folder) {
        let least = match encoder.kernel().form() {
            Some("int8") => 0.998,
            Some(_) => 0.9999,
            None => 1.0 - 1e-5,
        };
        let cosines = encode(&encoder, &texts);
        let cosines = cosines.rows().zip(want.rows()).map(|(a, b)| dot(a, b));
        let lowest = cosines.fold(1.0, f32::min);
        println!("{}: {lowest}", encoder.kernel());
        assert!(lowest > least, "{}: {lowest}", encoder.kernel());
    }
}

/// The model of `folder` as it was published: without manifest, nothing is known to have been learned on it.
fn load_published(folder: &Path) -> SentenceEncoder {
    let folder = folder.canonicalize().unwrap();
    let above = tempfile::tempdir().unwrap();
    let copy = above.path().join("multilingual-e5-small");
    fs::create_dir(&copy).unwrap();
    for name in [CONFIG, TOKENIZER, WEIGHTS] {
        std::os::unix::fs::symlink(folder.join(name), copy.join(name)).unwrap();
    }
    load(&copy)
}

#[test]
fn the_installed_model_is_tuned_under_a_name_of_its_own() {
    let Some(folder) = installed() else { return };
    let (tuned, plain) = (load(&folder), load_published(&folder));
    assert!(tuned.identity().contains('+') && !plain.identity().contains('+'));
    // One point in other words, and a point on the same subject that is another one.
    let texts = ["罚款太轻", "处罚力度不够，起不到震慑作用", "罚款太重"];
    let nearer = |encoder: &SentenceEncoder| {
        let vectors = encode(encoder, &texts);
        let to = |other| dot(vectors.row(0), vectors.row(other));
        to(1) - to(2)
    };
    assert!(nearer(&tuned) > nearer(&plain));
}

#[test]
fn the_installed_model_agrees_with_the_reference_engine() {
    let Some(folder) = installed() else { return };
    let encoder = load_published(&folder);
    let references = include_bytes!("../../tests-data/parity.json");
    let references: Vec<Reference> = serde_json::from_slice(references).unwrap();
    let texts: Vec<&str> = references.iter().map(|r| r.text.as_str()).collect();
    let vectors = encode(&encoder, &texts);
    // Latin words are cut finer by the pruned vocabulary: such texts have other pieces by design.
    let kept = |r: &Reference| {
        r.pieces
            .iter()
            .all(|p| encoder.tokenizer.token_to_id(p).is_some())
    };
    assert!(references.iter().filter(|r| kept(r)).count() >= 6);
    let pairs = references
        .iter()
        .zip(vectors.rows())
        .filter(|(r, _)| kept(r));
    for (reference, vector) in pairs {
        let ids = encoder.token_ids(&reference.text, Role::Query).unwrap();
        let piece = |id: &u32| encoder.tokenizer.id_to_token(*id).unwrap();
        let pieces: Vec<String> = ids.iter().map(piece).collect();
        assert_eq!(pieces, reference.pieces, "{}", reference.text);
        // The engine rounds to eight bits between its layers.
        assert_near(&vector[..reference.vector.len()], &reference.vector, 2e-3);
    }
}
