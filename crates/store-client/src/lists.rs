//! The paged lists: complete, in the server's order, without doubles, in few requests. It must not know tokens, budget or repetition.

use crate::{call::Call, client::Store, error::ApiError, minute::Priority};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use std::{collections::HashSet, time::Duration};
use store_model::{
    catalog::Catalog,
    product::{Product, field},
    target::{Kind, Target},
};

/// The largest page that is known to be served.
const PAGE: usize = 100;

/// Pages asked for at the same time.
const SIDE_BY_SIDE: usize = 4;

/// No account has more products; a list that claims more, or does not end by then, is refused instead of read for hours.
const MOST: usize = 100_000;

/// Nor is it read in more pages than the largest list has at the service's page size.
const MOST_PAGES: usize = MOST / PAGE;

/// A list that changes while it is read repeats a page or two; one that repeats more runs in a circle.
const MOST_STALE: usize = 3;

/// What a person selects from the first page is read before the pages behind it, which wait this long.
const HEAD_START: Duration = Duration::from_secs(2);

/// A list that changes while it is read is read this often, then taken as it is.
const ROUNDS: usize = 3;

fn path(catalog: &Catalog) -> String {
    match catalog {
        Catalog::Apps => "applications".to_owned(),
        Catalog::AddOns => "inappproducts".to_owned(),
        Catalog::Flights { app } => format!("{}/listflights", Target::app(app).path()),
    }
}

fn words(catalog: &Catalog) -> String {
    match catalog {
        Catalog::Apps => "list the apps".to_owned(),
        Catalog::AddOns => "list the add-ons".to_owned(),
        Catalog::Flights { app } => format!("list the flights of app:{app}"),
    }
}

fn read(catalog: &Catalog, raw: &Value) -> Option<Product> {
    match catalog {
        Catalog::Apps => Product::read(Kind::App, None, raw),
        Catalog::AddOns => Product::read(Kind::AddOn, None, raw),
        Catalog::Flights { app } => Product::read(Kind::Flight, Some(app), raw),
    }
}

#[derive(Debug, Default, PartialEq)]
struct Page {
    skip: usize,
    items: Vec<Value>,
    /// How many there are in all, if the page says so.
    total: Option<usize>,
    /// Where the next page begins, if the page says so.
    next: Option<usize>,
}

impl Page {
    fn end(&self) -> usize {
        self.skip + self.items.len()
    }

    fn read(skip: usize, raw: &mut Value) -> Option<Self> {
        let total = field(raw, "totalCount")
            .and_then(Value::as_u64)
            .and_then(|total| usize::try_from(total).ok());
        let next = field(raw, "@nextLink")
            .and_then(Value::as_str)
            .and_then(skip_of)
            .filter(|next| *next > skip);
        let items = match raw.get_mut("value").map(Value::take) {
            Some(Value::Array(items)) => items,
            // An empty list without its array is still a list when it counts.
            None | Some(Value::Null) if total == Some(0) => Vec::new(),
            _ => return None,
        };
        Some(Self {
            skip,
            items,
            total,
            next,
        })
    }

    /// Where to go on after this page, or `None` at the end. The link may be missing on a page that is not the last: `docs/store-api.md#paging`.
    fn following(&self) -> Option<usize> {
        if self.items.is_empty() {
            return None;
        }
        self.next
            .or_else(|| Some(self.end()).filter(|end| self.total.is_some_and(|total| *end < total)))
    }
}

/// The `skip` of a link such as `applications/?skip=10&top=10`.
fn skip_of(link: &str) -> Option<usize> {
    let (_, query) = link.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(name, _)| name.trim_start_matches('$').eq_ignore_ascii_case("skip"))
        .find_map(|(_, value)| value.parse().ok())
}

/// What was read so far.
struct Gathered<'a> {
    list: &'a Catalog,
    products: Vec<Product>,
    ids: HashSet<Target>,
    total: usize,
    pages: usize,
    /// Pages without anything new.
    stale: usize,
    seen: &'a (dyn Fn(&[Product], usize) + Send + Sync),
}

impl Gathered<'_> {
    fn add(&mut self, page: Page) -> Result<(), ApiError> {
        self.pages += 1;
        let (known, has_items) = (self.products.len(), !page.items.is_empty());
        self.total = page
            .total
            .unwrap_or_default()
            .max(page.skip + page.items.len());
        for item in page.items {
            match read(self.list, &item) {
                Some(product) if self.ids.insert(product.target.clone()) => {
                    self.products.push(product);
                }
                Some(_) => {}
                None => {
                    tracing::warn!(list = %path(self.list), "an item without a usable id was left out");
                }
            }
        }
        (self.seen)(&self.products, self.total);
        self.stale += usize::from(has_items && self.products.len() == known);
        let wrong = if self.total > MOST {
            format!("it claims {} products", self.total)
        } else if self.stale > MOST_STALE {
            "its pages repeat what was read before".to_owned()
        } else if self.pages > MOST_PAGES {
            format!("it does not end after {MOST_PAGES} pages")
        } else {
            return Ok(());
        };
        let call = Call::get(path(self.list), words(self.list))?;
        Err(call.unreadable(wrong, None))
    }
}

impl Store {
    /// Reads a whole list. `seen` is called after each page with all that is known so far, in order, and the total;
    /// when the list changes meanwhile, it starts over with fewer. An account or app that has none gives an empty list.
    pub async fn products(
        &self,
        list: &Catalog,
        seen: &(dyn Fn(&[Product], usize) + Send + Sync),
    ) -> Result<Vec<Product>, ApiError> {
        let mut round = 1;
        loop {
            let (products, is_steady) = self.round(list, seen).await?;
            if is_steady || round >= ROUNDS {
                return Ok(products);
            }
            round += 1;
        }
    }

    /// Reads every page once; says whether the list stayed the same meanwhile.
    async fn round(
        &self,
        list: &Catalog,
        seen: &(dyn Fn(&[Product], usize) + Send + Sync),
    ) -> Result<(Vec<Product>, bool), ApiError> {
        let first = self.first_page(list).await?;
        let total = first.total;
        let mut following = first.following();
        // The server may serve smaller pages than asked for: what it did serve is the step.
        let step = following.unwrap_or_default();
        let mut gathered = Gathered {
            list,
            products: Vec::new(),
            ids: HashSet::new(),
            total: 0,
            pages: 0,
            stale: 0,
            seen,
        };
        gathered.add(first)?;
        let mut is_steady = true;
        let rest = if following.is_some() && self.priority == Priority::Selected {
            tokio::time::sleep(HEAD_START).await;
            &self.with_priority(Priority::Pending)
        } else {
            self
        };

        if let (Some(start), Some(total)) = (following, total) {
            let skips = (start..total).step_by(step.max(1));
            let mut pages =
                stream::iter(skips.map(|skip| rest.page(list, skip))).buffered(SIDE_BY_SIDE);
            while let Some(page) = pages.try_next().await? {
                is_steady &= page.total == Some(total);
                following = page.following();
                gathered.add(page)?;
                // The list has become shorter than it said.
                if following.is_none() {
                    break;
                }
            }
        }
        // What the plan did not foresee: no total, shorter pages, a list that grew.
        while let Some(skip) = following {
            let page = rest.page(list, skip).await?;
            is_steady &= page.total == total;
            following = page.following();
            gathered.add(page)?;
        }
        Ok((gathered.products, is_steady))
    }

    /// The add-ons are documented to come all at once when no size is asked for: one request instead of dozens.
    /// Where they do not, or are too many for one answer, they are asked for in pages.
    async fn first_page(&self, list: &Catalog) -> Result<Page, ApiError> {
        if *list == Catalog::AddOns {
            match self.ask(list, 0, path(list)).await {
                Ok(whole) if whole.total.is_some_and(|total| total <= whole.items.len()) => {
                    return Ok(whole);
                }
                Err(error) if !error.may_be_too_large() => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        self.page(list, 0).await
    }

    async fn page(&self, list: &Catalog, skip: usize) -> Result<Page, ApiError> {
        let path = format!("{}?skip={skip}&top={PAGE}", path(list));
        self.ask(list, skip, path).await
    }

    async fn ask(&self, list: &Catalog, skip: usize, path: String) -> Result<Page, ApiError> {
        let call = Call::get(path, words(list))?;
        match self.read(Ok(call.clone())).await {
            Ok(mut raw) => {
                Page::read(skip, &mut raw).ok_or_else(|| call.unreadable("it holds no list", None))
            }
            // "None found" (`docs/store-api.md#paging`); on a later page the list has become shorter.
            Err(error) if error.is_not_found() => {
                if skip == 0 {
                    self.must_be_the_store(list, error).await?;
                }
                Ok(Page {
                    skip,
                    ..Page::default()
                })
            }
            Err(error) => Err(error),
        }
    }

    /// A wrong address answers 404 as well, and "nothing to list" would be a lie: another list of the account must be there.
    async fn must_be_the_store(&self, list: &Catalog, error: ApiError) -> Result<(), ApiError> {
        let other = match list {
            Catalog::Apps => Catalog::AddOns,
            Catalog::AddOns => Catalog::Apps,
            // Its app was found before.
            Catalog::Flights { .. } => return Ok(()),
        };
        let call = Call::get(format!("{}?skip=0&top=1", path(&other)), words(list))?;
        match self.read(Ok(call)).await {
            Ok(_) => Ok(()),
            Err(other) if other.is_not_found() => Err(error.nothing_there()),
            Err(other) => Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case("applications?skip=10&top=10", Some(10))]
    #[case("inappproducts/?skip=5&top=5", Some(5))]
    #[case("applications/9A/listflights/?top=2&skip=2", Some(2))]
    #[case(
        "https://manage.devcenter.microsoft.com/v1.0/my/applications?Skip=7",
        Some(7)
    )]
    #[case("applications?top=10", None)]
    #[case("applications", None)]
    fn links_come_in_many_forms(#[case] link: &str, #[case] skip: Option<usize>) {
        assert_eq!(skip_of(link), skip);
    }

    #[rstest]
    #[case(0, json!({"value": [1, 2], "totalCount": 3}), Some(2))]
    #[case(0, json!({"value": [1, 2], "totalCount": 2}), None)]
    #[case(0, json!({"value": [1, 2]}), None)]
    #[case(0, json!({"value": [1, 2], "@nextLink": "applications?skip=2&top=2"}), Some(2))]
    #[case(2, json!({"value": [1], "@nextLink": "applications?skip=2&top=2", "totalCount": 3}), None)]
    #[case(2, json!({"value": [], "totalCount": 9}), None)]
    #[case(0, json!({"value": null, "totalCount": 0}), None)]
    fn where_a_list_goes_on(
        #[case] skip: usize,
        #[case] mut raw: Value,
        #[case] following: Option<usize>,
    ) {
        assert_eq!(Page::read(skip, &mut raw).unwrap().following(), following);
    }

    #[test]
    fn something_else_is_no_page() {
        assert_eq!(Page::read(0, &mut json!({"message": "hello"})), None);
        assert_eq!(Page::read(0, &mut json!([])), None);
    }
}
