use super::layout::{Mark, pages, wrap};
use super::{COLUMNS, Sheet, font};

fn sheet(rows: usize) -> Sheet {
    let row = |number: usize| {
        let name =
            format!("第{number}盏 <b>台灯</b> & lamp with a rather long name that needs two lines");
        [
            name,
            "2".into(),
            "84.03".into(),
            "19".into(),
            "15.97".into(),
            "100.00".into(),
        ]
    };
    Sheet {
        language: "zh-CN".to_owned(),
        heading: "发票 INV-2026-000001".to_owned(),
        facts: vec![("日期".to_owned(), "2026-11-22".to_owned())],
        parties: vec![
            ("销售方".to_owned(), vec!["维特林商店".to_owned()]),
            ("购买方".to_owned(), vec!["\"A\" <script>".to_owned()]),
        ],
        columns: ["项目", "数量", "不含税", "税率 %", "税额", "合计"].map(str::to_owned),
        rows: (1..=rows).map(row).collect(),
        sums: vec![("合计".to_owned(), "100.00".to_owned())],
        footer: Some("谢谢惠顾".to_owned()),
    }
}

fn texts(page: &[Mark]) -> Vec<&str> {
    page.iter()
        .filter_map(|mark| match mark {
            Mark::Text { text, .. } => Some(text.as_str()),
            Mark::Rule { .. } => None,
        })
        .collect()
}

#[test]
fn a_page_of_html_holds_texts_as_texts() {
    let page = sheet(1).to_html();
    for text in [
        "&lt;b&gt;台灯&lt;/b&gt; &amp; lamp",
        "&quot;A&quot; &lt;script&gt;",
        "lang=\"zh-CN\"",
    ] {
        assert!(page.contains(text), "{text} in {page}");
    }
    assert!(!page.contains("<script"));
    assert_eq!(page.matches("<th scope=\"col\">").count(), COLUMNS);
}

#[test]
fn long_tables_go_on_with_their_head_on_numbered_pages() {
    let sheet = sheet(60);
    let pages = pages(&sheet);
    assert!(pages.len() > 1);
    for (page, number) in pages.iter().zip(1..) {
        let texts = texts(page);
        assert!(texts.contains(&format!("{number} / {}", pages.len()).as_str()));
    }
    let all: String = pages.iter().flat_map(|page| texts(page)).collect();
    for number in 1..=60 {
        assert!(all.contains(&format!("第{number}盏")), "{number}");
    }
    assert!(texts(pages.get(1).unwrap()).contains(&"项目"));
}

#[test]
fn nothing_lies_beside_the_paper() {
    for page in pages(&sheet(60)) {
        for mark in page {
            if let Mark::Text { x, y, size, text } = mark {
                let right = x + font::width(&text, size);
                assert!(
                    x >= 1_000 && right <= 10_800 && y < 16_400,
                    "{text} at {x}, {y}"
                );
            }
        }
    }
}

#[test]
fn lines_break_where_languages_allow_it() {
    let room = font::width("一二三四", 200);
    assert_eq!(wrap("一二三四五六", 200, room), ["一二三四", "五六"]);
    let room = font::width("some words", 200);
    assert_eq!(wrap("some words here", 200, room), ["some words", "here"]);
    let narrow = font::width("abcd", 200);
    assert_eq!(wrap("abcdabcdab", 200, narrow), ["abcd", "abcd", "ab"]);
    assert_eq!(wrap("", 200, narrow), Vec::<String>::new());
}

#[test]
fn the_font_has_latin_and_chinese_letters() {
    for letter in "AaÄéßø€¥，。「喆堃珺龙龍".chars() {
        assert!(font::has(letter), "{letter}");
    }
    assert!(!font::has('😀'));
    let file = sheet(60).to_pdf().unwrap();
    assert!(file.starts_with(b"%PDF-"));
    assert!(
        file.len() < 300_000,
        "only used letters are in it: {}",
        file.len()
    );
}
