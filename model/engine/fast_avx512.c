/* SPDX-License-Identifier: GPL-3.0-or-later */
#define FAST_KERNELS ipsim_fast_kernels_avx512
#include "fast_kernels.h"
