/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/backend.h"

const KpBackend *kp_backend_for(KpBackendKind kind)
{
	static const KpBackend *const backends[] = {
		[KP_BACKEND_KPATCH] = &kp_backend_kpatch,
		[KP_BACKEND_LIVEPATCH] = &kp_backend_livepatch,
	};

	return backends[kind];
}
