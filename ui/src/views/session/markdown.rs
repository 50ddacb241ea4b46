//! An agent's markdown as blocks to draw. Nothing here makes HTML: raw HTML stays the text it
//! is, links are kept only with a scheme that leads out of the window safely, pictures are
//! their descriptions.

mod builder;

use contract::straight;
use pulldown_cmark::{Options, Parser};

use builder::Builder;

/// A block of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Paragraph(Vec<Span>),
    /// Its level, 1 to 6.
    Heading(u8, Vec<Span>),
    List(List),
    Quote(Vec<Block>),
    Code(Code),
    Table(Table),
    Rule,
}

/// A list. With a number it counts from there.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    pub start: Option<u64>,
    pub items: Vec<Item>,
}

/// An item of a list; `done` for one of a list of tasks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Item {
    pub done: Option<bool>,
    pub blocks: Vec<Block>,
}

/// A fenced or indented block of code; its language may be empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Code {
    pub language: String,
    pub text: String,
}

/// A table. Rows may be shorter or longer than the head.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub sides: Vec<Side>,
    pub head: Vec<Cell>,
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
pub type Cell = Vec<Span>;

/// Where the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Start,
    Middle,
    End,
}

/// A stretch of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Span {
    Text(String),
    Code(String),
    Strong(Vec<Span>),
    Emphasis(Vec<Span>),
    Struck(Vec<Span>),
    /// A link that may be followed: `http`, `https` or `mailto`.
    Link(String, Vec<Span>),
    /// What a picture shows; the picture itself is never fetched.
    Picture(String),
    Break,
}

/// Takes a text apart. A text that is still being written is as good as a whole one.
pub fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let (text, mut builder) = (straight(text), Builder::default());
    for event in Parser::new_ext(&text, options) {
        builder.take(event);
    }
    builder.done()
}

/// Whether a link may be followed.
pub fn leads_out(address: &str) -> bool {
    let scheme = address.split_once(':').map_or("", |(scheme, _)| scheme);
    let known = ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    known && !address.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
