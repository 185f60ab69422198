#   docker build -t tracker . && docker run -p 5000:5000 -v tracker-data:/data tracker
#
# Debian rather than Alpine: the embedded database is a glibc library (2.25 or later; bookworm has 2.36), and no build
# of it for musl exists.

FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without install scripts: the only one that does something fetches a Node for machines that have an older one.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:26-bookworm-slim
ENV NODE_ENV=production HIT_DATA_DIR=/data
WORKDIR /app
# What the server runs belongs to root, so that it can't change itself; the data are its own.
RUN install -d -o node -g node -m 0700 /data
# The dependencies first: 600 MB that stay the same from one version to the next.
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/dist ./dist
USER node
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HIT_PORT ?? 5000}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli.js", "serve"]
