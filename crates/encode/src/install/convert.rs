//! From the packed file to a model directory in the usual layout.

use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;
use tokenizers::models::unigram::Unigram;
use tokenizers::normalizers::replace::ReplacePattern;
use tokenizers::normalizers::{NormalizerWrapper, Precompiled, Replace, Sequence, Strip};
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{PostProcessorWrapper, Tokenizer};

use super::packed::{Packed, PackedError, Piece, Sizes};
use super::{InstallError, charsmap, vocabulary};
use crate::manifest::{CONFIG, TOKENIZER, WEIGHTS};

/// Writes `config.json`, `tokenizer.json` and `model.safetensors` into the folder `target`.
pub(super) fn write_model(packed: &Packed<'_>, target: &Path) -> Result<(), InstallError> {
    let sizes = &packed.sizes;
    let special = [sizes.begin_id, sizes.pad_id, sizes.end_id, sizes.unknown_id];
    if special != [0, 1, 2, 3] || packed.pieces.len() < special.len() {
        return Err(PackedError::Malformed("special ids").into());
    }
    let kept = vocabulary::chinese(&packed.pieces, &special);
    let pieces: Vec<Piece<'_>> = kept.iter().map(|id| packed.pieces[*id]).collect();

    let config = config(sizes, kept.len());
    super::write(&target.join(CONFIG), format!("{config:#}\n").as_bytes())?;
    let tokenizer = tokenizer(packed, &pieces)
        .and_then(|tokenizer| tokenizer.to_string(false))
        .map_err(|error| InstallError::Convert(error.to_string()))?;
    super::write(&target.join(TOKENIZER), tokenizer.as_bytes())?;
    write_weights(packed, kept, &target.join(WEIGHTS))
}

fn config(sizes: &Sizes, pieces: usize) -> serde_json::Value {
    json!({
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": sizes.hidden,
        "intermediate_size": sizes.inner,
        // Read as the nearest `f64`, `1e-12f32` would be written with a tail of digits.
        "layer_norm_eps": sizes.norm_epsilon.to_string().parse::<f64>().unwrap_or(1e-12),
        "max_position_embeddings": sizes.positions,
        "num_attention_heads": sizes.heads,
        "num_hidden_layers": sizes.layers,
        "pad_token_id": sizes.pad_id,
        "position_embedding_type": "absolute",
        "torch_dtype": "float32",
        "type_vocab_size": sizes.types,
        "vocab_size": pieces,
    })
}

fn tokenizer(packed: &Packed<'_>, pieces: &[Piece<'_>]) -> tokenizers::Result<Tokenizer> {
    let sizes = &packed.sizes;
    let vocabulary = pieces
        .iter()
        .map(|piece| (piece.text.to_owned(), f64::from(piece.score)))
        .collect();
    let mut tokenizer = Tokenizer::new(Unigram::from(vocabulary, Some(sizes.unknown_id), false)?);
    let map = Precompiled::from(&charsmap::compile(&packed.rules))?;
    let runs_of_spaces = Replace::new(ReplacePattern::Regex(" {2,}".to_owned()), " ")?;
    tokenizer.with_normalizer(Some(NormalizerWrapper::Sequence(Sequence::new(vec![
        map.into(),
        Strip::new(false, true).into(),
        runs_of_spaces.into(),
    ]))))?;
    // No piece has an inner `▁`, so splitting at it first changes nothing and is faster.
    tokenizer.with_pre_tokenizer(Some(Metaspace::new('▁', PrependScheme::Always, true)));
    let begin = packed.pieces[sizes.begin_id].text;
    let end = packed.pieces[sizes.end_id].text;
    let template = TemplateProcessing::builder()
        .try_single(format!("{begin} $A {end}"))?
        .special_tokens(vec![
            (begin, sizes.begin_id as u32),
            (end, sizes.end_id as u32),
        ])
        .build()?;
    tokenizer.with_post_processor(Some(PostProcessorWrapper::Template(template)));
    Ok(tokenizer)
}

/// Our name, its name in the packed file, its shape.
pub(super) type Entry = (String, String, Vec<usize>);

/// All tensors but the word embeddings, whose rows are chosen.
pub(super) fn entries(sizes: &Sizes) -> Vec<Entry> {
    let (hidden, inner) = (sizes.hidden, sizes.inner);
    let entry = |name: &str, packed: &str, shape: &[usize]| {
        (name.to_owned(), packed.to_owned(), shape.to_vec())
    };
    let mut entries = vec![
        entry(
            "embeddings.position_embeddings.weight",
            "emb.pos",
            &[sizes.positions, hidden],
        ),
        entry(
            "embeddings.token_type_embeddings.weight",
            "emb.type",
            &[sizes.types, hidden],
        ),
        entry("embeddings.LayerNorm.weight", "emb.ln.w", &[hidden]),
        entry("embeddings.LayerNorm.bias", "emb.ln.b", &[hidden]),
    ];
    let parts = [
        ("attention.self.query", "q", vec![hidden, hidden]),
        ("attention.self.key", "k", vec![hidden, hidden]),
        ("attention.self.value", "v", vec![hidden, hidden]),
        ("attention.output.dense", "ao", vec![hidden, hidden]),
        ("attention.output.LayerNorm", "aln", vec![hidden]),
        ("intermediate.dense", "fi", vec![inner, hidden]),
        ("output.dense", "fo", vec![hidden, inner]),
        ("output.LayerNorm", "oln", vec![hidden]),
    ];
    for layer in 0..sizes.layers {
        for (name, packed, shape) in &parts {
            let name = format!("encoder.layer.{layer}.{name}");
            let packed = format!("l{layer}.{packed}");
            entries.push((
                format!("{name}.bias"),
                format!("{packed}.b"),
                vec![shape[0]],
            ));
            entries.push((
                format!("{name}.weight"),
                format!("{packed}.w"),
                shape.clone(),
            ));
        }
    }
    entries
}

fn write_weights(packed: &Packed<'_>, kept: Vec<usize>, path: &Path) -> Result<(), InstallError> {
    let hidden = packed.sizes.hidden;
    let words = "embeddings.word_embeddings.weight".to_owned();
    let shape = vec![kept.len(), hidden];
    let mut tensors = vec![(
        words,
        shape,
        to_bytes(&packed.rows("emb.word", hidden, kept)?),
    )];
    for (name, packed_name, shape) in entries(&packed.sizes) {
        let weights = packed.tensor(&packed_name, shape.iter().product())?;
        tensors.push((name, shape, to_bytes(&weights)));
    }
    let views: Result<Vec<_>, _> = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name, view))
        })
        .collect();
    let file = views
        .and_then(|views| safetensors::serialize(views, None))
        .map_err(|error| InstallError::Convert(error.to_string()))?;
    super::write(path, &file)
}

fn to_bytes(weights: &[f32]) -> Vec<u8> {
    weights
        .iter()
        .flat_map(|weight| weight.to_le_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use tokenizers::Tokenizer;

    use crate::install::tiny;
    use crate::manifest::TOKENIZER;

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let folder = tiny::model_dir();
        let tokenizer = Tokenizer::from_file(folder.path().join(TOKENIZER)).unwrap();
        let encoding = tokenizer.encode(text, true).unwrap();
        assert_eq!(encoding.get_tokens(), want, "{text}");
    }

    #[test]
    fn the_written_tokenizer_normalises_splits_and_frames() {
        check("电梯坏", &["<s>", "▁", "电梯", "坏", "</s>"]);
        check("Ａ  电 ", &["<s>", "▁", "A", "▁", "电", "</s>"]);
        // Kana was dropped from the vocabulary.
        check("アア", &["<s>", "▁", "アア", "</s>"]);
    }
}
