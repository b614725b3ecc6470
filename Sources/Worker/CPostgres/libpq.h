// PostgreSQL's C client library. Its folder of headers comes from pkg-config.
#pragma once

#include <libpq-fe.h>
