//! What was counted of large libraries, kept in files: a start reads it in a fraction of the time that counting takes.
//!
//! A file holds one part: what its texts are, by name, the lists, and a sum over both. It is found by what it holds and
//! never trusted further, so an old file, a damaged one or one of other texts does no harm, and all of them may be
//! deleted at any time.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::LibraryKey;
use nlu::search::Terms;
use sha2::{Digest, Sha256};

use super::batch::{Batch, Content, add_texts};
use super::counted::Part;
use crate::secret::hash_bytes;

/// Fewer entries are counted in no time.
const WORTH_IT: usize = 2_000;
/// Letters of a file's name that are its library's.
const LIBRARY: usize = 16;
/// What a file that is being written is called besides.
const UNFINISHED: &str = ".new";

/// The files of a workspace.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    folder: PathBuf,
}

impl Kept {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What files know of the batches of a library, read with these synonyms.
    pub(super) fn read(
        &self,
        library: &LibraryKey,
        batches: &[Arc<Batch>],
        synonyms: &[Vec<String>],
    ) -> Vec<Arc<Part>> {
        let of_library = name_of(library);
        let mut files: Vec<String> = self.names().into_iter().filter(|name| name.starts_with(&of_library)).collect();
        files.sort();
        let mut left: Vec<Arc<Batch>> = batches.to_vec();
        let mut parts = Vec::new();
        for name in files {
            match read_part(&self.folder.join(&name), &mut left, &way(synonyms)) {
                Ok(part) => parts.extend(part.map(Arc::new)),
                Err(error) => tracing::warn!(%error, name, "kept lists of a library are of no use; it is counted anew"),
            }
        }
        parts
    }

    /// Keeps what is counted of some libraries, and removes what is of no use any more: files of theirs, and of
    /// libraries that are not among `all`.
    pub(super) fn keep<'a>(
        &self,
        counted: impl Iterator<Item = (&'a LibraryKey, &'a [Arc<Part>])>,
        all: impl Iterator<Item = &'a LibraryKey>,
        synonyms: &[Vec<String>],
    ) -> io::Result<()> {
        let (way, there) = (way(synonyms), self.names());
        // Libraries that nobody has asked yet keep theirs.
        let mut unasked: BTreeSet<String> = all.map(name_of).collect();
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for (library, parts) in counted {
            unasked.remove(&name_of(library));
            for part in parts.iter().filter(|part| part.terms.len() >= WORTH_IT) {
                let name = format!("{}{}", name_of(library), hash_bytes(&head(part, &way)));
                if !there.contains(&name) {
                    fs::create_dir_all(&self.folder)?;
                    write_part(&self.folder, &name, part, &way)?;
                }
                wanted.insert(name);
            }
        }
        let is_of_use =
            |name: &String| wanted.contains(name) || name.get(..LIBRARY).is_some_and(|of| unasked.contains(of));
        for name in there.iter().filter(|name| !is_of_use(name)) {
            fs::remove_file(self.folder.join(name))?;
        }
        Ok(())
    }

    fn names(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }
}

/// How the names of a library's files begin.
fn name_of(library: &LibraryKey) -> String {
    let mut name = hash_bytes(library.0.as_bytes());
    name.truncate(LIBRARY);
    name
}

/// Names how texts were read: with these synonyms, by this release.
fn way(synonyms: &[Vec<String>]) -> Content {
    let mut sum = Sha256::new();
    sum.update(Terms::way().to_le_bytes());
    for group in synonyms {
        sum.update((group.len() as u64).to_le_bytes());
        add_texts(&mut sum, group);
    }
    sum.finalize().into()
}

/// What stands before the lists: how texts were read; how many batches; for each its name and how many texts it has.
fn head(part: &Part, way: &Content) -> Vec<u8> {
    let mut head = way.to_vec();
    head.extend((part.batches.len() as u64).to_le_bytes());
    for batch in &part.batches {
        head.extend(batch.content());
        head.extend((batch.items.len() as u64).to_le_bytes());
    }
    head
}

fn write_part(folder: &Path, name: &str, part: &Part, way: &Content) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}{UNFINISHED}"));
    let written = File::create(&unfinished).and_then(|file| {
        let mut to = Summed { inner: BufWriter::new(file), sum: Sha256::new() };
        to.write_all(&head(part, way))?;
        part.terms.write(&mut to)?;
        let Summed { mut inner, sum } = to;
        inner.write_all(&sum.finalize())?;
        inner.flush()?;
        fs::rename(&unfinished, folder.join(name))
    });
    if written.is_err() {
        // The disk may be full.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// The part that a file holds, as far as its batches are still there: they are taken out of `left`.
fn read_part(path: &Path, left: &mut Vec<Arc<Batch>>, way: &Content) -> io::Result<Option<Part>> {
    let odd = || io::Error::from(ErrorKind::InvalidData);
    let mut from = Summed { inner: BufReader::new(File::open(path)?), sum: Sha256::new() };
    if from.array::<32>()? != *way {
        return Ok(None);
    }
    let (mut batches, mut marks) = (Vec::new(), Vec::new());
    for _ in 0..u64::from_le_bytes(from.array()?) {
        let (content, n_items) = (from.array::<32>()?, u64::from_le_bytes(from.array()?) as usize);
        let at = left.iter().position(|batch| batch.items.len() == n_items && *batch.content() == content);
        // A damaged number may be huge.
        if marks.len() + n_items > u32::MAX as usize {
            return Err(odd());
        }
        marks.resize(marks.len() + n_items, at.is_some());
        batches.extend(at.map(|at| left.remove(at)));
    }
    if batches.is_empty() {
        return Ok(None);
    }
    match read_terms(from, marks.len()) {
        Ok(terms) if marks.contains(&false) => {
            Ok(Some(Part { batches, terms: Terms::together(&[(&terms, Some(&marks))]) }))
        }
        Ok(terms) => Ok(Some(Part { batches, terms })),
        Err(error) => {
            // They may be in another file.
            left.append(&mut batches);
            Err(error)
        }
    }
}

fn read_terms(mut from: Summed<BufReader<File>>, n_entries: usize) -> io::Result<Terms> {
    let terms = Terms::read(&mut from)?;
    let Summed { mut inner, sum } = from;
    let mut expected = Content::default();
    inner.read_exact(&mut expected)?;
    let is_whole = expected == <Content>::from(sum.finalize()) && terms.len() == n_entries;
    if is_whole { Ok(terms) } else { Err(ErrorKind::InvalidData.into()) }
}

/// What goes through is summed up.
struct Summed<T> {
    inner: T,
    sum: Sha256,
}

impl<T: Read> Summed<T> {
    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl<T: Read> Read for Summed<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(bytes)?;
        self.sum.update(&bytes[..n]);
        Ok(n)
    }
}

impl<T: Write> Write for Summed<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.sum.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use model::Article;
    use nlu::search::Index;
    use tempfile::TempDir;

    use super::super::Item;
    use super::super::batch::Source;
    use super::super::counted::parts;
    use super::*;

    fn batch(id: &str, n: usize) -> Arc<Batch> {
        let item = |n| Item::Article(Article { question: format!("{id} {n} 号"), ..Article::default() });
        let source = Source::Document { id: id.into(), edition: 1, read_at: None };
        Batch::new("a".into(), source, (0..n).map(item).collect())
    }

    fn keep(kept: &Kept, batches: &[Arc<Batch>]) {
        let (key, counted) = (LibraryKey::from("a"), parts(batches, &[], &[]));
        kept.keep([(&key, &counted[..])].into_iter(), [&key].into_iter(), &[]).expect("kept");
    }

    fn files(folder: &TempDir) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder.path()).expect("a folder").flatten();
        entries.map(|entry| entry.path()).collect()
    }

    /// How many entries of each batch are known.
    fn known(kept: &Kept, batches: &[Arc<Batch>], synonyms: &[Vec<String>]) -> Vec<usize> {
        let parts = kept.read(&"a".into(), batches, synonyms);
        assert!(
            parts.iter().all(|part| part.terms.len() == part.batches.iter().map(|it| it.items.len()).sum::<usize>())
        );
        let of = |batch: &Arc<Batch>| parts.iter().flat_map(|part| &part.batches).any(|it| Arc::ptr_eq(it, batch));
        batches.iter().map(|batch| if of(batch) { batch.items.len() } else { 0 }).collect()
    }

    #[test]
    fn what_is_kept_is_what_would_be_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = Kept::new(folder.path().join("1"));
        let (one, two) = (batch("one", 1_500), batch("two", 900));
        keep(&kept, &[Arc::clone(&one), Arc::clone(&two)]);

        // Another process reads the same texts in another order, and one more document.
        let now = [batch("two", 900), batch("new", 30), batch("one", 1_500)];
        let from_files = kept.read(&"a".into(), &now, &[]);

        assert_eq!(from_files.len(), 1);
        let all = parts(&now, &from_files, &[]);
        assert!(all.iter().any(|part| Arc::ptr_eq(part, &from_files[0])), "it is not counted again");
        let find = |parts: &[Arc<Part>], query: &str| {
            let mut items: Vec<&Item> = Vec::new();
            let numbered = parts.iter().map(|part| {
                let first = items.len() as u32;
                items.extend(part.batches.iter().flat_map(|batch| &batch.items));
                (part.terms.clone(), (first..items.len() as u32).collect())
            });
            let numbered: Vec<(Terms, Vec<u32>)> = numbered.collect();
            let entry = |number: usize| items[number].entry();
            let hits = Index::of(&numbered, &entry, &[], None).search_numbered(query, 3);
            let said = hits.iter().map(|(number, hit)| (entry(*number).question, hit.score, hit.why.clone()));
            said.collect::<Vec<_>>()
        };
        for query in ["two 17 号", "one 1200", "new 5"] {
            let found = find(&all, query);
            assert!(found[0].0.starts_with(query), "{found:?}");
            assert_eq!(found, find(&parts(&now, &[], &[]), query));
        }
    }

    #[test]
    fn what_is_gone_or_read_in_another_way_is_not_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = Kept::new(folder.path().to_owned());
        let (one, two) = (batch("one", 1_500), batch("two", 900));
        keep(&kept, &[Arc::clone(&one), Arc::clone(&two)]);

        assert_eq!(known(&kept, &[Arc::clone(&two)], &[]), [900], "the other document is gone");
        assert_eq!(known(&kept, &[batch("two", 901), batch("one", 1_500)], &[]), [0, 1_500]);
        assert_eq!(known(&kept, &[Arc::clone(&two), batch("two", 900)], &[]), [900, 0], "each stands for one");
        assert_eq!(known(&kept, &[Arc::clone(&two)], &[vec!["two".into(), "zwei".into()]]), [0]);
        let other = kept.read(&"b".into(), &[Arc::clone(&one), two], &[]);
        assert!(other.is_empty(), "another library's");

        keep(&kept, &[Arc::clone(&one)]);
        assert!(files(&folder).is_empty(), "little is counted again in no time");
    }

    #[test]
    fn damaged_files_are_not_taken_and_not_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = Kept::new(folder.path().to_owned());
        let one = batch("one", 2_500);
        keep(&kept, std::slice::from_ref(&one));
        let path = files(&folder).pop().expect("a file");
        let whole = fs::read(&path).expect("read");

        for at in [33, 41, 75, 80, whole.len() / 2, whole.len() - 40, whole.len() - 1] {
            let mut odd = whole.clone();
            odd[at] ^= 0x40;
            fs::write(&path, &odd).expect("written");
            assert_eq!(known(&kept, std::slice::from_ref(&one), &[]), [0], "byte {at}");
        }
        for length in [0, 20, 60, 1_000, whole.len() - 1] {
            fs::write(&path, &whole[..length]).expect("written");
            assert_eq!(known(&kept, std::slice::from_ref(&one), &[]), [0], "{length} bytes");
        }
        fs::write(&path, &whole).expect("written");
        assert_eq!(known(&kept, std::slice::from_ref(&one), &[]), [2_500]);

        let unfinished = path.with_extension("new");
        fs::write(&unfinished, "half").expect("written");
        let key = LibraryKey::from("a");
        kept.keep([].into_iter(), [&key].into_iter(), &[]).expect("kept");
        assert_eq!(files(&folder).len(), 2, "nobody has asked the library yet");
        kept.keep([].into_iter(), [].into_iter(), &[]).expect("kept");
        assert!(files(&folder).is_empty(), "the library is gone");
    }
}
