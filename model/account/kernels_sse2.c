/* SPDX-License-Identifier: GPL-3.0-or-later */
#define ACCOUNT_KERNELS ipsim_account_kernels_sse2
#include "kernels.h"
