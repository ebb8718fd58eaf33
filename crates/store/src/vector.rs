//! A cache of sentence vectors, so that an interrupted triage does not encode twice. They are kept as 16-bit
//! floats.

use std::collections::HashMap;

use half::{f16, slice::HalfFloatSliceExt, vec::HalfFloatVecExt};
use sha2::{Digest, Sha256};

use crate::{
    Store, StoreError,
    rows::{corrupt, get, insert_all, select_all},
};

/// SHA-256 of a text.
pub type TextHash = [u8; 32];

/// The key of a text in the cache.
#[must_use]
pub fn text_hash(text: &str) -> TextHash {
    Sha256::digest(text.as_bytes()).into()
}

impl Store {
    /// Those of the vectors that are there. `encoder` identifies model and conversion, `role` the
    /// side of the comparison: vectors are never mixed between either.
    pub async fn vectors(
        &self,
        encoder: &str,
        role: &str,
        hashes: &[TextHash],
    ) -> Result<HashMap<TextHash, Vec<f32>>, StoreError> {
        let mut db = self.pool().acquire().await?;
        let found = select_all(
            &mut db,
            "select hash, data from wanted join vector on hash = wanted.key
             where encoder = $1 and role = $2",
            2,
            hashes,
            |query| query.bind(encoder).bind(role),
            |query, hash| query.bind(&hash[..]),
            |row| {
                let hash: &[u8] = get(row, "hash")?;
                let (values, rest) = get::<&[u8]>(row, "data")?.as_chunks();
                let values: Vec<f16> = values.iter().map(|v| f16::from_le_bytes(*v)).collect();
                match hash.try_into() {
                    Ok(hash) if rest.is_empty() => Ok((hash, values.to_f32_vec())),
                    _ => Err(corrupt("vector.data", "")),
                }
            },
        )
        .await?;
        Ok(found.into_iter().collect())
    }

    /// Keeps vectors, rounded to 16 bits a number, in one transaction. Those that are there already stay.
    pub async fn save_vectors(
        &self,
        encoder: &str,
        role: &str,
        vectors: &[(TextHash, &[f32])],
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        insert_all(
            write.db(),
            "insert into vector (encoder, role, hash, data)",
            4,
            "on conflict do nothing",
            vectors,
            |query, (hash, values)| {
                let halves = Vec::from_f32_slice(values).into_iter();
                let data: Vec<u8> = halves.flat_map(f16::to_le_bytes).collect();
                query.bind(encoder).bind(role).bind(&hash[..]).bind(data)
            },
        )
        .await?;
        write.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::{TextHash, text_hash};
    use crate::testing::on_every_database;

    #[tokio::test]
    async fn vectors_come_back_rounded_and_apart_by_encoder_and_role() {
        on_every_database(async |store| {
            let hashes: Vec<TextHash> = (0..2_500).map(|i| text_hash(&i.to_string())).collect();
            let value = |i: usize| [i as f32 / 3.0, -0.0, -0.1];
            let values: Vec<[f32; 3]> = (0..hashes.len()).map(value).collect();
            let pairs: Vec<(TextHash, &[f32])> = hashes
                .iter()
                .zip(&values)
                .map(|(hash, values)| (*hash, &values[..]))
                .collect();
            store
                .save_vectors("m/1", "query", &pairs[..2_000])
                .await
                .unwrap();
            // Again, and further: as after an interruption.
            store
                .save_vectors("m/1", "query", &pairs[1_000..2_400])
                .await
                .unwrap();

            let found = store.vectors("m/1", "query", &hashes).await.unwrap();
            assert_eq!(found.len(), 2_400);
            for (hash, want) in &pairs[..2_400] {
                let near = |(got, want): (&f32, &f32)| (got - want).abs() <= want.abs() / 2048.0;
                assert!(found[hash].iter().zip(*want).all(near) && found[hash].len() == 3);
            }
            for (encoder, role) in [("m/2", "query"), ("m/1", "passage")] {
                assert!(
                    store
                        .vectors(encoder, role, &hashes)
                        .await
                        .unwrap()
                        .is_empty()
                );
            }
        })
        .await;
    }
}
