//! What becomes of markdown that agents write, and of what they should not have written.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

fn text(words: &str) -> Span {
    Span::Text(words.to_owned())
}

fn paragraph(words: &str) -> Block {
    Block::Paragraph(vec![text(words)])
}

fn item(words: &str) -> Item {
    Item { done: None, blocks: vec![paragraph(words)] }
}

#[test]
fn words_have_their_form() {
    assert_eq!(
        blocks("a **b** `c` ~~d~~ *e*"),
        [Block::Paragraph(vec![
            text("a "),
            Span::Strong(vec![text("b")]),
            text(" "),
            Span::Code("c".into()),
            text(" "),
            Span::Struck(vec![text("d")]),
            text(" "),
            Span::Emphasis(vec![text("e")]),
        ])]
    );
    assert_eq!(blocks("## Two"), [Block::Heading(2, vec![text("Two")])]);
    assert_eq!(blocks("a\n\n---\n\nb"), [paragraph("a"), Block::Rule, paragraph("b")]);
}

#[test]
fn tight_and_loose_lists_are_the_same_blocks() {
    let list = |start| Block::List(List { start, items: vec![item("a"), item("b")] });
    assert_eq!(blocks("- a\n- b"), [list(None)]);
    assert_eq!(blocks("- a\n\n- b"), [list(None)]);
    assert_eq!(blocks("3. a\n4. b"), [list(Some(3))]);
}

#[test]
fn a_list_in_an_item_stands_after_the_item_s_words() {
    let inner = Block::List(List { start: None, items: vec![item("b")] });
    let outer = Item { done: None, blocks: vec![paragraph("a"), inner] };
    assert_eq!(blocks("- a\n  - b"), [Block::List(List { start: None, items: vec![outer] })]);
}

#[test]
fn tasks_know_whether_they_are_done() {
    let Block::List(list) = blocks("- [x] a\n- [ ] b").remove(0) else { panic!("no list") };
    assert_eq!(list.items.iter().map(|item| item.done).collect::<Vec<_>>(), [Some(true), Some(false)]);
    assert_eq!(list.items[0].blocks, [paragraph("a")]);
}

#[test]
fn a_table_has_head_rows_and_sides() {
    let Block::Table(table) = blocks("| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 |").remove(0) else { panic!("no table") };
    assert_eq!(table.sides, [Side::Start, Side::End]);
    assert_eq!(table.head, [vec![text("a")], vec![text("b")]]);
    assert_eq!(table.rows[0], [vec![text("1")], vec![text("2")]]);
    assert_eq!(table.rows[1][0], [text("3")]);
}

#[test]
fn code_keeps_its_language_its_lines_and_its_markup() {
    let code = Code { language: "rust".into(), text: "fn a() {}\n\n**b**".into() };
    assert_eq!(blocks("```rust ignore\nfn a() {}\n\n**b**\n```"), [Block::Code(code.clone())]);
    // Still being written: the fence is not closed yet.
    assert_eq!(blocks("```rust\nfn a() {}\n\n**b**"), [Block::Code(code)]);
}

#[test]
fn html_is_shown_as_the_text_it_is() {
    let code = Code { language: "html".into(), text: "<script>alert(1)</script>".into() };
    assert_eq!(blocks("<script>alert(1)</script>"), [Block::Code(code)]);
    assert_eq!(blocks("a <b onclick=x>b</b>"), [paragraph("a <b onclick=x>b</b>")]);
}

#[test]
fn only_links_that_lead_out_safely_are_links() {
    for (address, leads) in [
        ("https://x.org/a", true),
        ("HTTP://x.org", true),
        ("mailto:a@x.org", true),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("file:///etc/passwd", false),
        ("//x.org", false),
        ("/settings", false),
        ("", false),
    ] {
        assert_eq!(leads_out(address), leads, "{address}");
    }
    assert_eq!(blocks("[a](javascript:b)"), [paragraph("a")]);
    let link = Span::Link("https://x.org".into(), vec![text("a")]);
    assert_eq!(blocks("[a](https://x.org)"), [Block::Paragraph(vec![link])]);
}

#[test]
fn a_picture_is_its_description() {
    assert_eq!(blocks("![a *b*](https://x.org/c.png)"), [Block::Paragraph(vec![Span::Picture("a b".into())])]);
}

#[test]
fn a_text_that_nests_without_end_is_flattened_and_nothing_of_it_is_lost() {
    fn deep(block: &Block) -> usize {
        match block {
            Block::Quote(blocks) => 1 + blocks.iter().map(deep).max().unwrap_or(0),
            _ => 0,
        }
    }
    let parsed = blocks(&format!("{} end", ">".repeat(5_000)));
    assert!(deep(&parsed[0]) <= 12);
    assert!(format!("{parsed:?}").contains("end"));
    let wrapped = blocks(&format!("{}a{}", "*b ".repeat(3_000), "*".repeat(3_000)));
    assert!(format!("{wrapped:?}").contains('a'));
}

#[test]
fn blocks_before_the_one_being_written_stay_the_same() {
    let whole = "One.\n\n- a\n- b\n\n```sh\nls\n```\n\nLast words";
    let full = blocks(whole);
    for (end, _) in whole.char_indices().filter(|(end, _)| *end > 5) {
        let part = blocks(&whole[..end]);
        let finished = part.len() - 1;
        assert_eq!(part[..finished], full[..finished], "{}", &whole[..end]);
    }
}

#[test]
fn a_turn_of_direction_is_spelt_out() {
    assert_eq!(blocks("a\u{2066}b"), [paragraph("a‹U+2066›b")]);
}
