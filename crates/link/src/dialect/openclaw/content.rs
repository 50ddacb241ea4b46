//! What a message says: OpenClaw writes it as a text or as a list of blocks.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::super::lax::{Flag, Int, Raw, Text, list, read, tree};
use crate::event::Usage;

/// A message as it comes on streams and in histories.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said<'a> {
    #[serde(default, borrow)]
    pub role: Text<'a>,
    #[serde(default, borrow)]
    pub content: Words<'a>,
    #[serde(default)]
    pub timestamp: Int,
    #[serde(default, borrow)]
    pub model: Text<'a>,
    #[serde(default, borrow)]
    pub usage: Option<Raw<'a>>,
    #[serde(default, borrow)]
    pub idempotency_key: Text<'a>,
    #[serde(default, borrow)]
    pub tool_call_id: Text<'a>,
    #[serde(default, borrow)]
    pub tool_name: Text<'a>,
    #[serde(default)]
    pub is_error: Flag,
    #[serde(default, borrow)]
    pub details: Option<Raw<'a>>,
    #[serde(default, borrow, rename = "__openclaw")]
    pub record: Option<Raw<'a>>,
}

/// The bookkeeping that the gateway adds to a message.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record<'a> {
    #[serde(default, borrow)]
    pub id: Text<'a>,
    #[serde(default, borrow)]
    pub run_id: Text<'a>,
    #[serde(default)]
    pub record_timestamp_ms: Int,
}

/// The tool calls among a message's blocks: id, name, arguments.
pub(super) fn tool_calls(content: Option<Raw<'_>>) -> Vec<(String, String, Value)> {
    #[derive(Deserialize)]
    struct Block<'a> {
        #[serde(rename = "type", default, borrow)]
        kind: Text<'a>,
        #[serde(default, borrow)]
        id: Text<'a>,
        #[serde(default, borrow)]
        name: Text<'a>,
        #[serde(default, borrow)]
        arguments: Option<Raw<'a>>,
    }
    let blocks: Vec<Block<'_>> = list(content);
    let calls = blocks.into_iter().filter(|block| block.kind.get() == Some("toolCall"));
    calls
        .filter_map(|block| Some((block.id.owned()?, block.name.or_empty().to_owned(), tree(block.arguments))))
        .collect()
}

/// Tokens as OpenClaw counts them; `None` when it counted nothing.
pub(super) fn usage(raw: Option<Raw<'_>>) -> Option<Usage> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Counted {
        #[serde(default)]
        input: Int,
        #[serde(default)]
        output: Int,
        #[serde(default)]
        cache_read: Int,
        #[serde(default)]
        cache_write: Int,
    }
    let counted: Counted = read(raw)?;
    let number = |count: Int| count.natural().unwrap_or(0);
    let (cache_read, cache_write) = (number(counted.cache_read), number(counted.cache_write));
    let cached = cache_read.saturating_add(cache_write);
    let input = number(counted.input).saturating_add(cached);
    let usage = Usage { input, output: number(counted.output), cache_read, cache_write };
    (usage != Usage::default()).then_some(usage)
}

/// The words of a content: a text, or the texts of its blocks.
#[derive(Debug, Default)]
pub(super) struct Words<'a> {
    /// The text, blocks joined; `None` when the content has no text at all.
    pub text: Option<Cow<'a, str>>,
    /// The model's reasoning among the blocks.
    pub thinking: Option<Cow<'a, str>>,
    /// Whether it is a remark of the gateway rather than an answer.
    pub remark: bool,
}

impl Words<'_> {
    /// The text, empty if there is none.
    pub fn or_empty(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The text as a boxed copy, if there is one with something in it.
    pub fn boxed(&self) -> Option<Box<str>> {
        self.text.as_deref().filter(|text| !text.is_empty()).map(Box::from)
    }
}

#[derive(Default, Deserialize)]
struct Block<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    text: Text<'a>,
    #[serde(default, borrow)]
    thinking: Text<'a>,
    #[serde(default, rename = "openclawStatusNotice")]
    notice: Flag,
}

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(WordsVisitor)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Words<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or blocks")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Words<'de>, E> {
        Ok(Words { text: Some(Cow::Borrowed(text)), ..Words::default() })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Words<'de>, E> {
        Ok(Words { text: Some(Cow::Owned(text.to_owned())), ..Words::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut blocks: A) -> Result<Words<'de>, A::Error> {
        let mut words = Words::default();
        while let Some(Element(block)) = blocks.next_element()? {
            let Some(block) = block else { continue };
            words.remark |= block.notice.set();
            match block.kind.or_empty() {
                "text" | "output_text" => add(&mut words.text, block.text),
                "thinking" | "reasoning" => {
                    let said = if block.thinking.0.is_some() { block.thinking } else { block.text };
                    add(&mut words.thinking, said);
                }
                _ => {}
            }
        }
        Ok(words)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Words<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Words::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Words<'de>, E> {
        Ok(Words::default())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Words<'de>, E> {
        Ok(Words::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Words<'de>, E> {
        Ok(Words::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Words<'de>, E> {
        Ok(Words::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Words<'de>, E> {
        Ok(Words::default())
    }
}

/// A block, or something else that is passed over.
struct Element<'a>(Option<Block<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Element<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <Raw<'_>>::deserialize(from)?;
        Ok(Self(read(Some(raw))))
    }
}

fn add<'a>(to: &mut Option<Cow<'a, str>>, more: Text<'a>) {
    let Some(more) = more.0 else { return };
    match to {
        None => *to = Some(more),
        Some(text) => text.to_mut().push_str(&more),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(content: &str) -> Option<String> {
        serde_json::from_str::<Words<'_>>(content).unwrap().text.map(Cow::into_owned)
    }

    #[test]
    fn a_text_and_a_list_of_blocks_say_the_same() {
        assert_eq!(text(r#""a""#).as_deref(), Some("a"));
        assert_eq!(text(r#"[{"type":"text","text":"a"},7,{"type":"toolCall","id":"c"}]"#).as_deref(), Some("a"));
        assert_eq!(text(r#"{"odd":1}"#), None);
    }

    #[test]
    fn one_block_of_plain_text_is_not_copied() {
        let words: Words<'_> = serde_json::from_str(r#"[{"type":"text","text":"plain"}]"#).unwrap();
        assert!(matches!(words.text, Some(Cow::Borrowed("plain"))));
    }

    #[test]
    fn cached_tokens_were_read_too() {
        let raw = serde_json::from_str::<Raw<'_>>(r#"{"input":2,"output":3,"cacheRead":5,"cacheWrite":7}"#).unwrap();
        assert_eq!(usage(Some(raw)), Some(Usage { input: 14, output: 3, cache_read: 5, cache_write: 7 }));
    }
}
