/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fetch-api.h"
#include "package/fetch-key.h"
#include "package/fetch-metadata.h"
#include "package/fetch-packages.h"

const KpFetchApi kp_fetch_api = {
	kp_fetch_metadata, kp_fetch_packages, kp_fetch_headers, kp_fetch_key,
};
