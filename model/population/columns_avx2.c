/* SPDX-License-Identifier: GPL-3.0-or-later */
#define COLUMN_KERNELS ipsim_column_kernels_avx2
#include "column_kernels.h"
