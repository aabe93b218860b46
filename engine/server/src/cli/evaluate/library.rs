//! `heliu evaluate library`: indexes articles of one file and asks the questions of another.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::bail;
use model::Texts;
use nlu::evaluate::{FOUND, LibraryQuality, Query, library, library_by};
use nlu::search::{Entry, Index};
use serde_json::{Value, json};

use super::meaning::Meaning;
use super::report::{Figure, Report};
use super::{Output, add_out_of_scope, confusions, file_name, lines, meaning, since, timed};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The articles: lines of {"id", "question", "answer"} and, if there are any, "variants"
    #[arg(long, value_name = "FILE")]
    docs: PathBuf,
    /// What is asked: lines of {"query", "relevant": [id, …]}; an empty list means that nothing should be found
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    #[command(flatten)]
    meaning: meaning::Args,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> anyhow::Result<bool> {
    let entries: Vec<Entry> = lines::read(&args.docs, r#"{"id": "1", "question": "怎么退款", "answer": "…"}"#)?;
    let queries: Vec<Query> = lines::read(&args.queries, r#"{"query": "如何退款", "relevant": ["1"]}"#)?;
    check_ids(&entries, &queries)?;
    let start = Instant::now();
    let index = Index::build(&entries);
    let build_ms = since(start);
    let lines = (index.nothing_below(), index.sure_above());
    let asked = queries.iter().map(|query| query.query.as_str());
    let meaning = args.meaning.meaning(&entries)?;
    let (quality, (search_us, search_us_p99)) = match &meaning {
        None => (library(&index, &queries), timed(asked, |text| drop(index.search(text, 5)))),
        Some(meaning) => {
            let search = |text: &str| meaning.search(&index, &entries, text, FOUND);
            (library_by(&queries, lines, search), timed(asked, |text| drop(search(text))))
        }
    };
    let measured = Measured {
        n_entries: index.len(),
        build_ms,
        search_us,
        search_us_p99,
        nothing_below: index.nothing_below(),
        sure_above: index.sure_above(),
    };
    let title = format!("{} → {}", file_name(&args.docs), file_name(&args.queries));
    let (mut json, mut report) = (as_json(&quality, &measured), report(&title, &quality, &measured));
    if let Some(meaning) = &meaning {
        json["embeddings"] = meaning.name().into();
        json["vectors_per_second"] = meaning.per_second().into();
        report.figures.push(vectors_made(meaning));
    }
    args.output.show(&json, &report)
}

fn vectors_made(meaning: &Meaning) -> Figure {
    Figure::new(
        ("向量", "vectors"),
        format!("{} /s", meaning.per_second()),
        (
            "每秒算出的文章向量，已计入“按意思查找”",
            "of articles, made each second; the search by meaning is part of these figures",
        ),
    )
}

fn check_ids(entries: &[Entry], queries: &[Query]) -> anyhow::Result<()> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for entry in entries {
        if !known.insert(&entry.id) {
            bail!("two articles have the id {:?}: every article needs an id of its own", entry.id);
        }
    }
    let relevant = queries.iter().flat_map(|query| query.relevant.iter().map(move |id| (query, id)));
    for (query, id) in relevant {
        if !known.contains(id.as_str()) {
            bail!("the question {:?} names the article {id:?}, which is not among the articles", query.query);
        }
    }
    Ok(())
}

struct Measured {
    n_entries: usize,
    build_ms: f64,
    search_us: f64,
    search_us_p99: f64,
    nothing_below: f64,
    sure_above: f64,
}

fn as_json(quality: &LibraryQuality, measured: &Measured) -> Value {
    let mut json = json!({
        "n": quality.n,
        "n_entries": measured.n_entries,
        "recall_at_1": quality.recall_at_1,
        "recall_at_5": quality.recall_at_5,
        "mrr_at_10": quality.mrr_at_10,
        "sure_and_right": quality.sure_and_right,
        "sure_but_wrong": quality.sure_but_wrong,
        "in_scope_accepted": quality.accepted,
        "nothing_below": measured.nothing_below,
        "sure_above": measured.sure_above,
        "train_ms": measured.build_ms,
        "predict_us": measured.search_us,
        "predict_us_p99": measured.search_us_p99,
        "confusions": quality.confusions,
    });
    add_out_of_scope(&mut json, quality.out_of_scope);
    json
}

fn report(title: &str, quality: &LibraryQuality, measured: &Measured) -> Report {
    let mut figures = vec![
        Figure::share(
            ("首条命中", "recall@1"),
            quality.recall_at_1,
            ("第一篇就是正确的文章", "the first article is a right one"),
        ),
        Figure::share(
            ("前五命中", "recall@5"),
            quality.recall_at_5,
            ("前五篇里有正确的文章", "a right article is among the first five"),
        ),
        Figure::new(
            ("MRR@10", "MRR@10"),
            format!("{:.3}", quality.mrr_at_10),
            ("正确文章名次的倒数的平均", "the mean of one over the place of the right article"),
        ),
        Figure::share(
            ("直接回答且正确", "answered, rightly"),
            quality.sure_and_right,
            ("得分达到“确定”阈值且正确", "at or above the threshold \"sure\", and right"),
        ),
        Figure::share(
            ("直接回答但错误", "answered, wrongly"),
            quality.sure_but_wrong,
            ("得分达到“确定”阈值但不对", "at or above the threshold \"sure\", and wrong"),
        ),
        Figure::share(
            ("有结果", "something found"),
            quality.accepted,
            ("得分不低于“没有找到”阈值", "not below the threshold \"nothing found\""),
        ),
    ];
    if let Some(others) = quality.out_of_scope {
        figures.push(Figure::share(
            ("无答案被识别", "no answer, said so"),
            others.recall,
            (
                "没有答案的问题，按产品自己的阈值没有找到",
                "of questions without an answer, nothing was found by the product's own threshold",
            ),
        ));
        figures.push(Figure::share(
            ("AUROC", "AUROC"),
            others.auroc,
            (
                "有答案的问题比没有答案的问题得分高的概率",
                "the chance that a question with an answer scores higher than one without",
            ),
        ));
    }
    figures.extend([
        Figure::new(
            ("建索引", "indexing"),
            format!("{} ms", measured.build_ms),
            ("含阈值校准", "with the calibration of the thresholds"),
        ),
        Figure::new(("检索", "search"), format!("{} µs", measured.search_us), ("每次平均", "mean per question")),
        Figure::new(
            ("检索 p99", "search, p99"),
            format!("{} µs", measured.search_us_p99),
            ("百分之九十九的问题不超过", "99 of 100 questions take no longer"),
        ),
        Figure::new(
            ("阈值", "thresholds"),
            format!("{} / {}", measured.sure_above, measured.nothing_below),
            ("确定 / 没有找到", "sure / nothing found"),
        ),
    ]);
    let (n, n_entries) = (quality.n, measured.n_entries);
    Report {
        title: Texts::new(
            format!("知识库评测：{title}（{n_entries} 篇，{n} 个有答案的问题）"),
            format!("Library: {title} ({n_entries} articles, {n} questions with an answer)"),
        ),
        figures,
        tables: vec![confusions(&quality.confusions)],
    }
}
