# outscale-sim, a local OUTSCALE API for identity and access. The image has no shell and no libraries, and does not run as root.
# The context is dist/image, where scripts/release/build.sh puts the binaries of the release archives:
#
#   docker buildx build --platform linux/amd64,linux/arm64 --file Dockerfile dist/image
#   docker run --rm -p 127.0.0.1:3000:3000 -p 127.0.0.1:3001:3001 outscale-sim
#
# The admin port needs no credentials: publish it on 127.0.0.1 only. Data is kept in memory; for a file, mount a folder
# that user 65532 may write to and give --data.
FROM scratch
ARG TARGETPLATFORM
COPY ${TARGETPLATFORM}/LICENSE /LICENSE
COPY ${TARGETPLATFORM}/outscale-sim /outscale-sim
USER 65532:65532
EXPOSE 3000 3001
STOPSIGNAL SIGTERM
ENTRYPOINT ["/outscale-sim"]
CMD ["serve", "--listen", "0.0.0.0:3000", "--admin", "0.0.0.0:3001"]
