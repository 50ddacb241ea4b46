//! Events of the parser into blocks, without recursion: the text decides how deep it nests,
//! and beyond a depth that nobody reads the nesting is left out and its content kept.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use super::{Block, Cell, Code, Item, List, Side, Span, Table, leads_out};

const DEEPEST_BLOCK: usize = 12;
const DEEPEST_SPAN: usize = 8;

/// Blocks in the making.
#[derive(Default)]
pub struct Builder {
    done: Vec<Block>,
    open: Vec<Open>,
    /// Whether each nesting the parser has open stands in `open`.
    nested: Vec<bool>,
    leaf: Option<Leaf>,
    code: Option<Code>,
}

/// A block that other blocks stand in.
enum Open {
    Quote(Vec<Block>),
    List(List),
    Item(Item),
    Table { table: Table, row: Vec<Cell> },
}

/// A line in the making.
struct Leaf {
    kind: Kind,
    spans: Vec<Span>,
    wraps: Vec<(Wrap, Vec<Span>)>,
    wrapped: Vec<bool>,
}

#[derive(Clone, Copy)]
enum Kind {
    Paragraph,
    Heading(u8),
    Cell,
}

enum Wrap {
    Strong,
    Emphasis,
    Struck,
    Link(String),
    Picture,
}

impl Builder {
    /// Takes the next event in.
    pub fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code.is_some() => self.add_code(&text),
            Event::Html(text) if self.code.is_some() => self.add_code(&text),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.text(&text),
            Event::Code(code) => self.line().push(Span::Code(code.into_string())),
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak => self.line().push(Span::Break),
            Event::Rule => {
                self.end_line();
                self.block(Block::Rule);
            }
            Event::TaskListMarker(done) => {
                if let Some(Open::Item(item)) = self.open.last_mut() {
                    item.done = Some(done);
                }
            }
        }
    }

    /// The blocks, when all events are in.
    pub fn done(mut self) -> Vec<Block> {
        self.end_line();
        while !self.open.is_empty() {
            self.close();
        }
        self.done
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.begin_line(Kind::Paragraph),
            Tag::Heading { level, .. } => self.begin_line(Kind::Heading(depth(level))),
            Tag::TableCell => self.begin_line(Kind::Cell),
            Tag::BlockQuote(_) => self.nest(Open::Quote(Vec::new())),
            Tag::List(start) => self.nest(Open::List(List { start, items: Vec::new() })),
            Tag::Item => self.nest(Open::Item(Item::default())),
            Tag::Table(columns) => {
                let sides = columns.into_iter().map(side).collect();
                self.nest(Open::Table { table: Table { sides, ..Table::default() }, row: Vec::new() });
            }
            Tag::CodeBlock(kind) => {
                self.end_line();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.split([' ', ',', '{']).next().unwrap_or_default().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(Code { language, text: String::new() });
            }
            Tag::HtmlBlock => {
                self.end_line();
                self.code = Some(Code { language: "html".to_owned(), text: String::new() });
            }
            Tag::Strong => self.wrap(Wrap::Strong),
            Tag::Emphasis => self.wrap(Wrap::Emphasis),
            Tag::Strikethrough => self.wrap(Wrap::Struck),
            Tag::Link { dest_url, .. } => self.wrap(Wrap::Link(dest_url.into_string())),
            Tag::Image { .. } => self.wrap(Wrap::Picture),
            // The rest needs options that are off; its text comes all the same.
            _ => (),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::TableCell => self.end_line(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::Table => {
                self.end_line();
                if self.nested.pop() == Some(true) {
                    self.close();
                }
            }
            TagEnd::TableHead => self.end_row(|table, row| table.head = row),
            TagEnd::TableRow => self.end_row(|table, row| table.rows.push(row)),
            TagEnd::CodeBlock | TagEnd::HtmlBlock => {
                if let Some(mut code) = self.code.take() {
                    code.text.truncate(code.text.trim_end_matches('\n').len());
                    self.block(Block::Code(code));
                }
            }
            TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {
                self.line().unwrap_last();
            }
            _ => (),
        }
    }

    fn nest(&mut self, open: Open) {
        self.end_line();
        let fits = self.open.len() < DEEPEST_BLOCK;
        self.nested.push(fits);
        if fits {
            self.open.push(open);
        }
    }

    /// Closes the innermost block and puts it where it belongs.
    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::Quote(blocks)) => self.block(Block::Quote(blocks)),
            Some(Open::List(list)) => self.block(Block::List(list)),
            Some(Open::Table { table, .. }) => self.block(Block::Table(table)),
            Some(Open::Item(item)) => match self.open.last_mut() {
                Some(Open::List(list)) => list.items.push(item),
                _ => item.blocks.into_iter().for_each(|block| self.block(block)),
            },
            None => (),
        }
    }

    fn block(&mut self, block: Block) {
        match self.open.last_mut() {
            None => self.done.push(block),
            Some(Open::Quote(blocks)) => blocks.push(block),
            Some(Open::Item(item)) => item.blocks.push(block),
            Some(Open::List(list)) => list.items.push(Item { done: None, blocks: vec![block] }),
            // Nothing but cells stands in a table.
            Some(Open::Table { .. }) => (),
        }
    }

    fn begin_line(&mut self, kind: Kind) {
        self.end_line();
        self.leaf = Some(Leaf { kind, spans: Vec::new(), wraps: Vec::new(), wrapped: Vec::new() });
    }

    fn end_line(&mut self) {
        let Some(mut leaf) = self.leaf.take() else { return };
        while !leaf.wrapped.is_empty() {
            leaf.unwrap_last();
        }
        match (leaf.kind, self.open.last_mut()) {
            (Kind::Cell, Some(Open::Table { row, .. })) => row.push(leaf.spans),
            (Kind::Heading(level), _) => self.block(Block::Heading(level, leaf.spans)),
            (_, _) if leaf.spans.is_empty() => (),
            (_, _) => self.block(Block::Paragraph(leaf.spans)),
        }
    }

    fn end_row(&mut self, keep: fn(&mut Table, Vec<Cell>)) {
        self.end_line();
        if let Some(Open::Table { table, row }) = self.open.last_mut() {
            keep(table, std::mem::take(row));
        }
    }

    /// The line that is written; in an item of a tight list the parser begins none.
    fn line(&mut self) -> &mut Leaf {
        self.leaf.get_or_insert_with(|| Leaf {
            kind: Kind::Paragraph,
            spans: Vec::new(),
            wraps: Vec::new(),
            wrapped: Vec::new(),
        })
    }

    fn wrap(&mut self, wrap: Wrap) {
        self.line().wrap(wrap);
    }

    fn text(&mut self, text: &str) {
        self.line().text(text);
    }

    fn add_code(&mut self, text: &str) {
        if let Some(code) = &mut self.code {
            code.text.push_str(text);
        }
    }
}

impl Leaf {
    fn here(&mut self) -> &mut Vec<Span> {
        self.wraps.last_mut().map_or(&mut self.spans, |(_, spans)| spans)
    }

    fn push(&mut self, span: Span) {
        self.here().push(span);
    }

    fn text(&mut self, more: &str) {
        let here = self.here();
        match here.last_mut() {
            Some(Span::Text(text)) => text.push_str(more),
            _ => here.push(Span::Text(more.to_owned())),
        }
    }

    fn wrap(&mut self, wrap: Wrap) {
        let fits = self.wraps.len() < DEEPEST_SPAN;
        self.wrapped.push(fits);
        if fits {
            self.wraps.push((wrap, Vec::new()));
        }
    }

    fn unwrap_last(&mut self) {
        if self.wrapped.pop() != Some(true) {
            return;
        }
        let Some((wrap, spans)) = self.wraps.pop() else {
            return;
        };
        match wrap {
            Wrap::Strong => self.push(Span::Strong(spans)),
            Wrap::Emphasis => self.push(Span::Emphasis(spans)),
            Wrap::Struck => self.push(Span::Struck(spans)),
            Wrap::Link(address) if leads_out(&address) => self.push(Span::Link(address, spans)),
            Wrap::Link(_) => self.here().extend(spans),
            Wrap::Picture => self.push(Span::Picture(plain(&spans))),
        }
    }
}

/// The words of spans without their form.
fn plain(spans: &[Span]) -> String {
    let word = |span: &Span| match span {
        Span::Text(text) | Span::Code(text) | Span::Picture(text) => text.clone(),
        Span::Strong(spans) | Span::Emphasis(spans) | Span::Struck(spans) | Span::Link(_, spans) => plain(spans),
        Span::Break => " ".to_owned(),
    };
    spans.iter().map(word).collect()
}

fn side(alignment: Alignment) -> Side {
    match alignment {
        Alignment::None | Alignment::Left => Side::Start,
        Alignment::Center => Side::Middle,
        Alignment::Right => Side::End,
    }
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
