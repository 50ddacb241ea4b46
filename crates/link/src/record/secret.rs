//! Secrets in a text: those that are known, in every form they are likely written in, those that are said to be some
//! ([`given`]), and what looks like one.

use std::fmt::Write;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::given;

/// What stands where a secret stood.
pub(super) const REMOVED: &str = "REDACTED";
/// Shorter ones would be found in words that mean nothing.
const SHORTEST: usize = 6;

/// The secrets that must not stand anywhere.
#[derive(Default)]
pub(super) struct Known {
    needles: Vec<Zeroizing<String>>,
}

impl Known {
    /// One more, in all its forms.
    pub fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < SHORTEST {
            return;
        }
        for form in forms(secret) {
            if form.len() >= SHORTEST && !self.needles.iter().any(|known| known.as_str() == form.as_str()) {
                self.needles.push(form);
            }
        }
        // The longest first: a form may stand inside of another.
        self.needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
    }

    /// Whether one stands in the text.
    pub fn is_in(&self, text: &str) -> bool {
        self.needles.iter().any(|needle| text.contains(needle.as_str()))
    }

    /// Where they stand in the text.
    fn find(&self, text: &str, found: &mut Vec<Range<usize>>) {
        for needle in &self.needles {
            found.extend(text.match_indices(needle.as_str()).map(|(at, hit)| at..at + hit.len()));
        }
    }

    /// The text without secrets, and how many were taken out; `None` when it has none. An `id` may look random: only
    /// what begins as keys do is taken for one there.
    pub fn scrub(&self, text: &str, is_id: bool) -> Option<(String, u32)> {
        let mut found = Vec::new();
        self.find(text, &mut found);
        given::find(text, &mut found);
        found.extend(words(text).filter(|word| {
            text.get(word.clone()).is_some_and(|word| begins_as_a_key(word) || (!is_id && looks_random(word)))
        }));
        if found.is_empty() {
            return None;
        }
        Some(without(text, found))
    }
}

/// A secret as it is, and as programs write it.
fn forms(secret: &str) -> Vec<Zeroizing<String>> {
    let bytes = secret.as_bytes();
    let mut forms = vec![secret.to_owned(), hex(bytes), hex(bytes).to_uppercase(), percent(bytes)];
    for shift in 0..3 {
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            forms.push(inner_base64(engine, bytes, shift));
        }
    }
    forms.into_iter().map(Zeroizing::new).collect()
}

/// What of its base64 does not depend on the text around it, when it begins `shift` bytes behind a group of three.
fn inner_base64(engine: &impl Engine, bytes: &[u8], shift: usize) -> String {
    let padded = [&[0; 2][..shift.min(2)], bytes].concat();
    let text = engine.encode(&padded);
    // A character that mixes bits of the secret with those of a neighbour is left out.
    let first = (shift * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    text.get(first..last).unwrap_or_default().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    written(bytes, |text, byte| write!(text, "{byte:02x}"))
}

fn percent(bytes: &[u8]) -> String {
    written(bytes, |text, byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.write_char(char::from(byte)),
        byte => write!(text, "%{byte:02X}"),
    })
}

fn written(bytes: &[u8], each: impl Fn(&mut String, u8) -> std::fmt::Result) -> String {
    bytes.iter().fold(String::new(), |mut text, &byte| {
        // Writing into a string does not fail.
        let _ = each(&mut text, byte);
        text
    })
}

/// The words of a text as keys are made of.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '~');
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let begin = at + rest.find(is_part)?;
        let end = text.get(begin..)?.find(|char| !is_part(char)).map_or(text.len(), |length| begin + length);
        at = end;
        Some(begin..end)
    })
}

/// Whether a word begins as the keys of known services do, and is long enough to be one.
fn begins_as_a_key(word: &str) -> bool {
    let word = word.trim_start_matches(['-', '.', '~']);
    let begins = BEGINNINGS.iter().any(|begin| word.len() >= begin.len() + 8 && word.starts_with(begin));
    // `sk-` begins words, too: a key has digits.
    let jwt = word.starts_with("eyJ") && word.matches('.').count() == 2;
    (begins && word.bytes().any(|byte| byte.is_ascii_digit())) || jwt
}

const BEGINNINGS: [&str; 37] = [
    "sk-",
    "sk_",
    "pk_live_",
    "rk_live_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "hf_",
    "npm_",
    "pypi-",
    "dop_v1_",
    "mk_",
    "mdt_",
    "SG.",
    "whsec_",
    "tskey-",
    "gsk_",
    "r8_",
    "xai-",
    "pplx-",
    "lin_api_",
    "ntn_",
    "shpat_",
];

/// Whether a word is as long and as mixed as only a key is. Digests and UUIDs, all of one case, are not.
fn looks_random(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().filter(is).count();
    let (upper, lower) = (has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    let digits = has(u8::is_ascii_digit);
    word.len() >= 24 && upper >= 3 && lower >= 3 && digits >= 2 && !word.contains('.') && turns(word) * 4 >= word.len()
}

/// How often the class of a character changes: rarely in words that were put together.
fn turns(word: &str) -> usize {
    let class = |byte: &u8| (byte.is_ascii_uppercase(), byte.is_ascii_lowercase(), byte.is_ascii_digit());
    word.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if class(a) != class(b))).count()
}

/// The text with these places taken out.
fn without(text: &str, mut places: Vec<Range<usize>>) -> (String, u32) {
    places.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
    let (mut clean, mut at, mut count) = (String::with_capacity(text.len()), 0, 0);
    for place in places {
        if place.start >= at {
            clean.push_str(text.get(at..place.start).unwrap_or_default());
            clean.push_str(REMOVED);
            count += 1;
        }
        at = at.max(place.end);
    }
    clean.push_str(text.get(at..).unwrap_or_default());
    (clean, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(text: &str) -> String {
        Known::default().scrub(text, false).map_or_else(|| text.to_owned(), |(clean, _)| clean)
    }

    #[test]
    fn what_looks_like_a_key_is_taken_out_of_any_sentence() {
        for (text, clean) in [
            ("use sk-proj-abc123def456 now", "use REDACTED now"),
            ("eyJhbGciOi.eyJzdWIi.c2lnbmF0", "REDACTED"),
            ("q9Zk2LmX7vRt4WpN8sYb1HcD", "REDACTED"),
        ] {
            assert_eq!(scrubbed(text), clean, "{text}");
        }
    }

    #[test]
    fn words_ids_and_digests_stay() {
        for text in [
            "the token was wrong, ask for another password",
            "39406105-18b9-4e85-8ce5-fb9ddf8db17f",
            "6f3ed51c9fd1be91ed6c2ac4dc7904499d3594766f3ed51c9fd1be91ed6c2ac4",
            "moltis_chat::service::chat_impl::send",
            "TransportType.STDIO and CONVERSATION_MESSAGE",
            "risk-management and disk-usage",
        ] {
            assert_eq!(scrubbed(text), text);
        }
    }

    #[test]
    fn a_known_secret_is_found_in_every_form() {
        let mut known = Known::default();
        known.add("pÄss w0rd/+&!");
        for (shift, before) in ["", "u:", "me:"].into_iter().enumerate() {
            let text = format!("{before}pÄss w0rd/+&! and more");
            for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text), hex(text.as_bytes()), text] {
                assert!(known.is_in(&encoded), "{shift}: {encoded}");
                let (clean, count) = known.scrub(&encoded, true).unwrap();
                assert!(count == 1 && !known.is_in(&clean), "{clean}");
            }
        }
        assert!(known.is_in("?key=p%C3%84ss%20w0rd%2F%2B%26%21"));
        assert!(!known.is_in("password"));
    }
}
