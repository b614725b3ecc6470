//! hyper on one thread: PORT, the answer of /health/live, the answer of /api/v1/recipes/1.
use std::convert::Infallible;
use std::env::args;
use std::net::SocketAddr;

use hyper::header::CONTENT_TYPE;
use hyper::service::{make_service_fn, service_fn};
use hyper::{Body, Method, Request, Response, Server, StatusCode};

fn answer(request: &Request<Body>, live: &'static str, recipe: &'static str) -> Response<Body> {
    let (status, body) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/health/live") => (StatusCode::OK, live),
        (&Method::GET, "/api/v1/recipes/1") => (StatusCode::OK, recipe),
        _ => (StatusCode::NOT_FOUND, "{\"detail\":\"Not Found\"}"),
    };
    let response = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    response.body(Body::from(body)).expect("a status and a field that are valid")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), hyper::Error> {
    let arguments: &'static [String] = args().collect::<Vec<_>>().leak();
    let [_, port, live, recipe] = arguments else {
        panic!("usage: hyper-peer PORT LIVE RECIPE");
    };
    let address = SocketAddr::from(([127, 0, 0, 1], port.parse().expect("PORT is a number")));
    let service = make_service_fn(move |_| async move {
        Ok::<_, Infallible>(service_fn(move |request| async move {
            Ok::<_, Infallible>(answer(&request, live, recipe))
        }))
    });
    Server::bind(&address).tcp_nodelay(true).serve(service).await
}
