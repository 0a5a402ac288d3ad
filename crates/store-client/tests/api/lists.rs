//! The paged lists.

use super::bench::{Bench, in_turn};
use serde_json::{Value, json};
use std::{sync::Mutex, time::Duration};
use store_client::Store;
use store_model::catalog::Catalog;
use wiremock::{Request, Respond, ResponseTemplate};

fn number(request: &Request, name: &str) -> Option<usize> {
    let mut pairs = request.url.query_pairs();
    let (_, value) = pairs.find(|(key, _)| key == name)?;
    Some(value.parse().unwrap())
}

fn item(number: usize) -> Value {
    json!({"id": format!("9A{number:04}"), "primaryName": format!("App {number}")})
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("App {number}")).collect()
}

/// A list of so many apps, served in pages of at most `page`.
struct Pages {
    count: usize,
    page: usize,
    has_total: bool,
    has_link: bool,
}

impl Respond for Pages {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let skip = number(request, "skip").unwrap_or_default();
        let top = number(request, "top").unwrap_or(10).min(self.page);
        let end = (skip + top).min(self.count);
        let mut body = json!({"value": (skip..end.max(skip)).map(item).collect::<Vec<_>>()});
        if self.has_total {
            body["totalCount"] = self.count.into();
        }
        if self.has_link && end < self.count {
            body["@nextLink"] = format!("applications/?skip={end}&top={top}").into();
        }
        // The earlier the page, the later it comes.
        let delay = if skip > 0 {
            120_u64.saturating_sub(skip as u64 / 5)
        } else {
            0
        };
        ResponseTemplate::new(200)
            .set_body_json(body)
            .set_delay(Duration::from_millis(delay))
    }
}

async fn read(store: &Store, list: &Catalog) -> Vec<String> {
    let products = store.products(list, &|_, _| {}).await.unwrap();
    products.into_iter().map(|product| product.name).collect()
}

#[tokio::test]
async fn pages_side_by_side_are_complete_and_in_order() {
    let bench = Bench::start().await;
    bench
        .on(
            "GET",
            "applications",
            Pages {
                count: 430,
                page: 100,
                has_total: true,
                has_link: true,
            },
        )
        .await;
    let seen = Mutex::new(Vec::new());
    let products = bench
        .store
        .products(&Catalog::Apps, &|known, total| {
            seen.lock().unwrap().push((known.len(), total));
        })
        .await
        .unwrap();
    assert_eq!(
        products
            .iter()
            .map(|product| product.name.clone())
            .collect::<Vec<_>>(),
        names(430)
    );
    assert_eq!(
        *seen.lock().unwrap(),
        [(100, 430), (200, 430), (300, 430), (400, 430), (430, 430)]
    );
    assert_eq!(bench.calls().await.len(), 5);
    assert_eq!(bench.log()[1].path, "applications?skip=0&top=100");
}

#[tokio::test]
async fn small_pages_missing_links_and_missing_totals_lose_nothing() {
    for (has_total, has_link) in [(true, false), (false, true), (true, true)] {
        let bench = Bench::start().await;
        bench
            .on(
                "GET",
                "applications",
                Pages {
                    count: 34,
                    page: 10,
                    has_total,
                    has_link,
                },
            )
            .await;
        assert_eq!(read(&bench.store, &Catalog::Apps).await, names(34));
        assert_eq!(bench.calls().await.len(), 4);
    }
}

/// Answers a request for all add-ons at once so, and serves pages of 100 of 230.
struct AllAtOnce(fn(Vec<Value>) -> ResponseTemplate);

impl Respond for AllAtOnce {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let pages = Pages {
            count: 230,
            page: 100,
            has_total: true,
            has_link: true,
        };
        match number(request, "top") {
            Some(_) => pages.respond(request),
            None => self.0((0..230).map(item).collect()),
        }
    }
}

/// How a service answers with these items.
type Page = fn(Vec<Value>) -> ResponseTemplate;

#[tokio::test]
async fn add_ons_come_in_one_request_or_else_in_pages_and_are_always_all_there() {
    let all = |value: Vec<Value>| {
        ResponseTemplate::new(200).set_body_json(json!({"totalCount": value.len(), "value": value}))
    };
    let ten = |value: Vec<Value>| {
        ResponseTemplate::new(200)
            .set_body_json(json!({"totalCount": value.len(), "value": value[..10]}))
    };
    // Ten items, and no word of more.
    let silent =
        |value: Vec<Value>| ResponseTemplate::new(200).set_body_json(json!({"value": value[..10]}));
    let cut = |_| ResponseTemplate::new(200).set_body_string("{\"value\": [");
    let ways: [(Page, usize); 4] = [(all, 1), (ten, 4), (silent, 4), (cut, 4)];
    for (way, requests) in ways {
        let bench = Bench::start().await;
        bench.on("GET", "inappproducts", AllAtOnce(way)).await;
        let add_ons = bench.store.products(&Catalog::AddOns, &|_, _| {}).await;
        let ids = add_ons
            .unwrap()
            .into_iter()
            .map(|one| one.target.id().to_owned());
        assert!(ids.eq((0..230).map(|number| format!("9A{number:04}"))));
        assert_eq!(bench.calls().await.len(), requests);
    }
    let broken = |_| ResponseTemplate::new(500);
    let bench = Bench::start().await;
    bench.on("GET", "inappproducts", AllAtOnce(broken)).await;
    let add_ons = bench.store.products(&Catalog::AddOns, &|_, _| {}).await;
    assert_eq!(add_ons.unwrap().len(), 230);
}

#[tokio::test]
async fn a_wrong_address_is_no_empty_account() {
    let bench = Bench::start().await;
    for list in ["applications", "inappproducts"] {
        bench.on("GET", list, ResponseTemplate::new(404)).await;
    }
    for list in [Catalog::Apps, Catalog::AddOns] {
        let error = bench.store.products(&list, &|_, _| ()).await.unwrap_err();
        assert!(
            error.to_string().contains("Check the address of the Store"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn none_found_is_an_empty_list() {
    let bench = Bench::start().await;
    bench
        .on("GET", "applications", ResponseTemplate::new(404))
        .await;
    bench
        .on(
            "GET",
            "inappproducts",
            ResponseTemplate::new(200).set_body_json(json!({"value": [], "totalCount": 0})),
        )
        .await;
    assert!(read(&bench.store, &Catalog::Apps).await.is_empty());
    assert!(read(&bench.store, &Catalog::AddOns).await.is_empty());
    bench
        .on(
            "GET",
            "applications/9A/listflights",
            ResponseTemplate::new(403),
        )
        .await;
    let error = bench
        .store
        .products(&Catalog::Flights { app: "9A".into() }, &|_, _| {})
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(403));
}

#[tokio::test]
async fn add_ons_and_flights_know_their_app() {
    let bench = Bench::start().await;
    let add_on = json!({"id": "9B", "productId": "pro", "applications": {"value": [{"id": "9A"}], "totalCount": 1}});
    bench
        .on(
            "GET",
            "inappproducts",
            ResponseTemplate::new(200).set_body_json(json!({"value": [add_on], "totalCount": 1})),
        )
        .await;
    let flight = json!({"flightId": "f-1", "friendlyName": "Insiders"});
    let reply =
        ResponseTemplate::new(200).set_body_json(json!({"value": [flight], "totalCount": 1}));
    bench.on("GET", "applications/9A/listflights", reply).await;
    let add_ons = bench
        .store
        .products(&Catalog::AddOns, &|_, _| {})
        .await
        .unwrap();
    assert_eq!(add_ons[0].app.as_deref(), Some("9A"));
    let flights = bench
        .store
        .products(&Catalog::Flights { app: "9A".into() }, &|_, _| {})
        .await
        .unwrap();
    assert_eq!(flights[0].target.to_string(), "flight:9A/f-1");
}

/// An app at the front disappears after the first page: the rest moves up, and one item would be missed.
struct Shrinks(Mutex<usize>);

impl Respond for Shrinks {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut gone = self.0.lock().unwrap();
        let skip = number(request, "skip").unwrap();
        let items: Vec<_> = (*gone..150).map(item).skip(skip).take(100).collect();
        let body = json!({"value": items, "totalCount": 150 - *gone});
        *gone = 1;
        ResponseTemplate::new(200).set_body_json(body)
    }
}

#[tokio::test]
async fn a_list_that_shrinks_meanwhile_is_read_again() {
    let bench = Bench::start().await;
    bench
        .on("GET", "applications", Shrinks(Mutex::new(0)))
        .await;
    assert_eq!(read(&bench.store, &Catalog::Apps).await, names(150)[1..]);
}

#[tokio::test]
async fn doubles_are_left_out_and_a_page_that_fails_fails_the_list() {
    let bench = Bench::start().await;
    let page = |from: usize, to: usize| json!({"value": (from..to).map(item).collect::<Vec<_>>(), "totalCount": 5});
    let replies =
        [page(0, 3), page(2, 5)].map(|body| ResponseTemplate::new(200).set_body_json(body));
    bench.on("GET", "applications", in_turn(replies)).await;
    assert_eq!(read(&bench.store, &Catalog::Apps).await, names(5));

    let bench = Bench::start().await;
    let bad = ResponseTemplate::new(200).set_body_json(json!({"statusCode": 1}));
    bench
        .on(
            "GET",
            "applications",
            in_turn([ResponseTemplate::new(200).set_body_json(page(0, 3)), bad]),
        )
        .await;
    let error = bench
        .store
        .products(&Catalog::Apps, &|_, _| {})
        .await
        .unwrap_err();
    assert!(error.to_string().contains("it holds no list"), "{error}");
}

/// A list that never ends as it should.
#[derive(Clone, Copy)]
enum Endless {
    /// Always the same page, with a link to more.
    Circle,
    /// One new product a page, for ever.
    Drip,
    /// A count that no account has.
    Count,
}

impl Respond for Endless {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let skip = number(request, "skip").unwrap();
        let link = format!("applications/?skip={}&top=1", skip + 1);
        ResponseTemplate::new(200).set_body_json(match self {
            Self::Circle => json!({"value": [item(0)], "@nextLink": link}),
            Self::Drip => json!({"value": [item(skip)], "@nextLink": link}),
            Self::Count => json!({"value": [item(skip)], "totalCount": u64::MAX / 2}),
        })
    }
}

#[rstest::rstest]
#[case(Endless::Circle, "its pages repeat what was read before", 5)]
#[case(Endless::Drip, "it does not end after 1000 pages", 1_001)]
#[case(Endless::Count, "products", 1)]
#[tokio::test]
async fn a_list_without_an_end_is_refused_and_named(
    #[case] list: Endless,
    #[case] reason: &str,
    #[case] most: usize,
) {
    let bench = Bench::with(|settings| settings.requests_per_minute = 10_000).await;
    bench.on("GET", "applications", list).await;
    let error = bench
        .store
        .products(&Catalog::Apps, &|_, _| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("list the apps") && error.contains(reason),
        "{error}"
    );
    assert!(bench.calls().await.len() <= most + 4);
}

#[tokio::test]
async fn one_broken_name_does_not_hide_the_others() {
    let bench = Bench::start().await;
    let body = r#"{"value": [{"id": "9A0000", "primaryName": "\ud83d"}, {"id": "9A0001", "primaryName": "App 1"}, 7, {"id": 5}]}"#;
    bench
        .on(
            "GET",
            "applications",
            ResponseTemplate::new(200).set_body_raw(body, "application/json"),
        )
        .await;
    assert_eq!(
        read(&bench.store, &Catalog::Apps).await,
        ["\u{fffd}", "App 1"]
    );
}
