# syntax=docker/dockerfile:1

# --- build ------------------------------------------------------------------------------------------------------------
FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
# The caches survive between builds; the program is copied out of them, since a cache is not part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --package api --bin vitrine \
    && install -D -m 0755 target/release/vitrine /out/usr/local/bin/vitrine \
    && install -d -m 0700 /out/data

# --- run --------------------------------------------------------------------------------------------------------------
# glibc and CA certificates, no shell and no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Vitrine" \
      org.opencontainers.image.description="Self-hosted GraphQL API for an independent storefront" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/usr/local/bin/vitrine /usr/local/bin/vitrine
COPY --from=build --chown=65532:65532 /out/data /data
ENV VITRINE_MODE=production \
    VITRINE_LISTEN=0.0.0.0:8000 \
    VITRINE_DATA_DIR=/data
USER 65532:65532
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["vitrine", "doctor"]
ENTRYPOINT ["vitrine"]
CMD ["serve"]
