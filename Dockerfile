# The server in two stages: built with the Swift toolchain, run without it.
FROM docker.io/library/swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends pkg-config libsqlite3-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product brigade \
    && swift build -c release --static-swift-stdlib --product recipe-worker \
    && install -D -t /out .build/release/brigade .build/release/recipe-worker

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libsqlite3-0 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /var/lib/brigade --create-home brigade
COPY --from=build /out/ /usr/local/bin/
USER brigade
WORKDIR /var/lib/brigade
ENV BIND=0.0.0.0:8001 DATABASE_URL=sqlite:///recipes.db
EXPOSE 8001
VOLUME /var/lib/brigade
STOPSIGNAL SIGTERM
# Exec form: brigade is PID 1 and gets the signals itself.
ENTRYPOINT ["brigade"]
CMD ["serve"]
