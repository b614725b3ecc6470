# The server in stages: built with the Swift toolchain, run without it.
FROM docker.io/library/swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends pkg-config libpq-dev libsqlite3-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product brigade \
    && swift build -c release --static-swift-stdlib --product recipe-worker \
    && install -D -t /out .build/release/brigade .build/release/recipe-worker

# Swagger UI and ReDoc, so that /docs and /redoc need no internet.
FROM docker.io/library/debian:bookworm-slim AS docs
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-pip \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/docs-assets.sh /
RUN /docs-assets.sh /docs

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 libsqlite3-0 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /var/lib/brigade --create-home brigade
COPY --from=build /out/ /usr/local/bin/
COPY --from=docs /docs /usr/local/share/brigade/docs
USER brigade
WORKDIR /var/lib/brigade
ENV BIND=0.0.0.0:8001 DATABASE_URL=sqlite:///recipes.db DOCS_ASSETS=/usr/local/share/brigade/docs
EXPOSE 8001
VOLUME /var/lib/brigade
STOPSIGNAL SIGTERM
# Exec form: brigade is PID 1 and gets the signals itself.
ENTRYPOINT ["brigade"]
CMD ["serve"]
