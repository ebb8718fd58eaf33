//! How often one address or account may ask: a bucket of tokens each, filled steadily.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Buckets kept. Beyond it full ones, which say nothing, are thrown away.
const MANY: usize = 10_000;
/// A minute's worth may be spent at once.
const BURST: Duration = Duration::from_mins(1);

/// One bucket a client.
#[derive(Default)]
pub(crate) struct Rates(Mutex<HashMap<String, Bucket>>);

#[derive(Clone, Copy)]
struct Bucket {
    /// Time saved up.
    credit: Duration,
    at: Instant,
}

impl Bucket {
    fn fill(&mut self, now: Instant) {
        self.credit = BURST.min(self.credit + now.saturating_duration_since(self.at));
        self.at = now;
    }
}

impl Rates {
    /// Takes one token of `client`, who gets `per_minute`. The time to wait where there is none.
    pub(crate) fn take(&self, client: &str, per_minute: u32, now: Instant) -> Result<(), Duration> {
        if per_minute == 0 {
            return Ok(());
        }
        let price = BURST / per_minute;
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MANY && !buckets.contains_key(client) {
            buckets.retain(|_, bucket| {
                bucket.fill(now);
                bucket.credit < BURST
            });
        }
        let bucket = buckets.entry(client.to_owned()).or_insert(Bucket {
            credit: BURST,
            at: now,
        });
        bucket.fill(now);
        match bucket.credit.checked_sub(price) {
            Some(rest) => {
                bucket.credit = rest;
                Ok(())
            }
            None => Err(price.saturating_sub(bucket.credit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Rates;

    #[test]
    fn a_minutes_worth_at_once_and_then_one_at_a_time() {
        let (rates, now) = (Rates::default(), Instant::now());
        for _ in 0..60 {
            assert_eq!(rates.take("a", 60, now), Ok(()));
        }
        assert_eq!(rates.take("a", 60, now), Err(Duration::from_secs(1)));
        assert_eq!(rates.take("b", 60, now), Ok(()), "others are not affected");
        let later = now + Duration::from_secs(1);
        assert_eq!(rates.take("a", 60, later), Ok(()));
        assert_eq!(rates.take("a", 60, later), Err(Duration::from_secs(1)));
        assert_eq!(rates.take("a", 0, later), Ok(()), "no limit");
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let (rates, now) = (Rates::default(), Instant::now());
        for i in 0..3 * super::MANY {
            let at = now + Duration::from_secs(2) * u32::try_from(i).unwrap();
            rates.take(&i.to_string(), 60, at).unwrap();
        }
        assert!(rates.0.lock().unwrap().len() <= super::MANY);
    }
}
