# The server in stages: built with the Swift toolchain, run without it. The image has the two programs, the libraries that
# they need, and nothing else: no shell, no package manager.
FROM docker.io/library/swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends pkg-config libpq-dev libsqlite3-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product brigade \
    && swift build -c release --static-swift-stdlib --product recipe-worker
COPY deploy/strip.sh ./
RUN ./strip.sh .build/release /out

# The debug information of the same build: docker build --target debug --output debug .
FROM scratch AS debug
COPY --from=build /out/debug/ /

# Swagger UI and ReDoc, so that /docs and /redoc need no internet.
FROM docker.io/library/debian:bookworm-slim AS docs
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-pip \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/docs-assets.sh /
RUN /docs-assets.sh /docs

FROM docker.io/library/debian:bookworm-slim AS image
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 libsqlite3-0 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /var/lib/brigade --shell /usr/sbin/nologin brigade
COPY --from=build /out/brigade /out/recipe-worker /usr/local/bin/
COPY deploy/image-files.sh /
# What is mounted over a directory for the control socket, such as a tmpfs, gets its mode.
RUN /image-files.sh /image /usr/local/bin/brigade /usr/local/bin/recipe-worker \
    && mkdir -p /empty /image/run \
    && mkdir -m 1777 /image/run/brigade

FROM scratch
COPY --from=image /image/ /
COPY --from=docs /docs /usr/local/share/brigade/docs
# The only directories that the server writes to: its data, and its control socket. The root may be read-only.
COPY --from=image --chown=10001:10001 /empty /var/lib/brigade
VOLUME /var/lib/brigade /run/brigade
USER 10001:10001
WORKDIR /var/lib/brigade
ENV PATH=/usr/local/bin \
    BIND=0.0.0.0:8001 \
    BRIGADE_CONTROL=/run/brigade/control.sock \
    DATABASE_URL=sqlite:///recipes.db \
    DOCS_ASSETS=/usr/local/share/brigade/docs
EXPOSE 8001
# The master answers on its control socket.
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["brigade", "status"]
STOPSIGNAL SIGTERM
# Exec form: brigade is PID 1 and gets the signals itself.
ENTRYPOINT ["brigade"]
CMD ["serve"]
