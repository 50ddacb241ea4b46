//! Markdown on the screen. While a text is written it is taken apart at most once a batch, and
//! only the block that changed is drawn again.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::markdown::{self, Block, Cell, Item, List, Side, Span, Table};
use crate::parts::copy_button::CopyButton;
use crate::state::State;
use crate::state::frame::Open;

/// A text as markdown. `live`: it is still being written.
#[component]
pub fn Prose(#[prop(into)] text: Signal<String>, #[prop(into)] live: Signal<bool>) -> impl IntoView {
    let blocks = Memo::new(move |_| text.with(|text| markdown::blocks(text)));
    let count = Memo::new(move |_| blocks.with(Vec::len));
    view! {
        <div class="prose words" class=("prose-live", move || live.get())>
            <For each=move || 0..count.get() key=|at| *at let:at>
                <Part blocks at />
            </For>
        </div>
    }
}

/// One block, drawn again only when it is another than before.
#[component]
fn Part(blocks: Memo<Vec<Block>>, at: usize) -> impl IntoView {
    let part = Memo::new(move |_| blocks.with(|blocks| blocks.get(at).cloned()));
    // Code that grows keeps its frame, and with it where the person has scrolled to.
    let language = Memo::new(move |_| {
        part.with(|part| match part {
            Some(Block::Code(code)) => Some(code.language.clone()),
            _ => None,
        })
    });
    let code = Signal::derive(move || {
        part.with(|part| match part {
            Some(Block::Code(code)) => code.text.clone(),
            _ => String::new(),
        })
    });
    move || match language.get() {
        Some(language) => view! { <Code language text=code /> }.into_any(),
        None => (move || part.get().map(block)).into_any(),
    }
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Paragraph(line) => view! { <p class="prose-p">{spans(line)}</p> }.into_any(),
        Block::Heading(1 | 2, line) => view! { <h3 class="prose-h prose-h-large">{spans(line)}</h3> }.into_any(),
        Block::Heading(_, line) => view! { <h4 class="prose-h">{spans(line)}</h4> }.into_any(),
        Block::List(list) => self::list(list),
        Block::Quote(blocks) => view! { <blockquote class="prose-quote">{all(blocks)}</blockquote> }.into_any(),
        Block::Code(code) => view! { <Code language=code.language text=Signal::stored(code.text) /> }.into_any(),
        Block::Table(table) => self::table(table),
        Block::Rule => view! { <hr class="prose-rule" /> }.into_any(),
    }
}

fn all(blocks: Vec<Block>) -> Vec<AnyView> {
    blocks.into_iter().map(block).collect()
}

fn list(list: List) -> AnyView {
    let items = list.items.into_iter().map(item).collect_view();
    match list.start {
        None => view! { <ul class="prose-list">{items}</ul> }.into_any(),
        Some(start) => view! { <ol class="prose-list" start=start.to_string()>{items}</ol> }.into_any(),
    }
}

fn item(item: Item) -> AnyView {
    let blocks = all(item.blocks);
    match item.done {
        None => view! { <li>{blocks}</li> }.into_any(),
        Some(done) => {
            let says = if done { "done" } else { "to do" };
            view! {
                <li class="prose-task" class=("prose-task-done", done)>
                    <span class="prose-box" role="img" aria-label=says></span>
                    {blocks}
                </li>
            }
            .into_any()
        }
    }
}

fn table(table: Table) -> AnyView {
    let Table { sides, head, rows } = table;
    let class = move |sides: &[Side], at: usize| match sides.get(at) {
        None | Some(Side::Start) => "prose-cell",
        Some(Side::Middle) => "prose-cell prose-cell-middle",
        Some(Side::End) => "prose-cell prose-cell-end",
    };
    let heads = head.into_iter().enumerate();
    let heads = heads.map(|(at, cell)| view! { <th scope="col" class=class(&sides, at)>{spans(cell)}</th> });
    let heads = heads.collect_view();
    let row = |row: Vec<Cell>| {
        let cells = row.into_iter().enumerate();
        let cells = cells.map(|(at, cell)| view! { <td class=class(&sides, at)>{spans(cell)}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <div class="prose-wide" tabindex="0" role="region" aria-label="Table">
            <table class="prose-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
    .into_any()
}

fn spans(line: Vec<Span>) -> Vec<AnyView> {
    line.into_iter().map(span).collect()
}

fn span(span: Span) -> AnyView {
    match span {
        Span::Text(text) => text.into_any(),
        Span::Code(code) => view! { <code class="prose-code">{code}</code> }.into_any(),
        Span::Strong(line) => view! { <strong>{spans(line)}</strong> }.into_any(),
        Span::Emphasis(line) => view! { <em>{spans(line)}</em> }.into_any(),
        Span::Struck(line) => view! { <s>{spans(line)}</s> }.into_any(),
        Span::Link(address, line) => view! { <Link address line /> }.into_any(),
        Span::Picture(about) => {
            let about = if about.is_empty() { "without a description".to_owned() } else { about };
            view! { <span class="prose-picture">"Picture: "{about}</span> }.into_any()
        }
        Span::Break => view! { <br /> }.into_any(),
    }
}

/// A link. A press shows where it leads, which its words may hide.
#[component]
fn Link(address: String, line: Vec<Span>) -> impl IntoView {
    let frame = State::here().frame;
    let title = address.clone();
    let follow = Callback::new(move |()| frame.open(Open::Link(address.clone())));
    let keyed = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            follow.run(());
        }
    };
    view! {
        <span class="prose-link" role="link" tabindex="0" title=title on:click=move |_| follow.run(()) on:keydown=keyed>
            {spans(line)}
        </span>
    }
}

#[component]
fn Code(language: String, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let name = if language.is_empty() { "code".to_owned() } else { language };
    view! {
        <figure class="prose-block">
            <figcaption class="prose-bar">
                <span>{name.clone()}</span>
                <CopyButton text name="Copy the code" />
            </figcaption>
            <pre class="prose-pre mono" tabindex="0" aria-label=name><code>{move || text.get()}</code></pre>
        </figure>
    }
}
