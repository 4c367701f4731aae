#!/usr/bin/env bash
# Whether the server in this container is ready for work; the image has no curl.
exec 3<>/dev/tcp/127.0.0.1/8080 || exit 1
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ]
