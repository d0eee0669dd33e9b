/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is an object the code of a kernel? Each function is found in the kernel's image, or in
 * the distribution's .ko, by name, bytes and operands. The operands say where all is that
 * it refers to, which no table of names can: equal names have positions then. */
#ifndef KP_BUILD_PROVE_H
#define KP_BUILD_PROVE_H

#include "kernel.h"
#include "object.h"

typedef enum {
	KP_PROOF_SAME,
	KP_PROOF_DIFFERS,
	KP_PROOF_ABSENT,	/* no function of that name */
	KP_PROOF_OVERRIDDEN,	/* it is weak, and another file's is in the kernel */
	KP_PROOF_AMBIGUOUS,	/* several are the same, and nothing tells which is ours */
} KpProofState;

typedef struct {
	const KpObjectSymbol *symbol;
	KpProofState state;
	guint64 at;		/* of what differs: bytes from the function's start */
	char *ours;		/* the instruction there, in hexadecimal; NULL: unknown */
	char *theirs;
	char *why;		/* if it differs: in words */
} KpProofOf;

/* Where a symbol of the object is in the kernel. */
typedef struct {
	guint64 address;	/* of a module: not an address, but unique to the symbol */
	guint position;		/* as sympos; 0: the name is unique */
	char *name;		/* the kernel's own for it: counters may differ */
	gboolean contradicted;	/* two operands disagree */
} KpProofPlace;

typedef struct {
	GPtrArray *functions;	/* KpProofOf, in the order of the object's symbols */
	GHashTable *places;	/* KpObjectSymbol to KpProofPlace: functions and data */
	guint count[KP_PROOF_AMBIGUOUS + 1];	/* functions of each state */
} KpProof;

/* What is asked; exactly one is not NULL. */
typedef struct {
	const KpKernel *kernel;
	const KpObject *module;
} KpOracle;

/* Never NULL. @object and the oracle must outlive it. */
KpProof *kp_prove(const KpObject *object, const KpOracle *oracle);
void kp_proof_free(KpProof *proof);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpProof, kp_proof_free)

const KpProofOf *kp_proof_of(const KpProof *proof, const KpObjectSymbol *symbol);
/* NULL if nothing says where it is, or if that is contradicted. */
const KpProofPlace *kp_proof_place(const KpProof *proof, const KpObjectSymbol *symbol);

/* The position of the one of a module's symbols; 0 if no other has its name. */
guint kp_module_position(const KpObject *module, const KpObjectSymbol *symbol);

/* Why whole objects differ: "compiler", "configuration", "source", as a sentence that
 * says what to look at; NULL if nothing differs. Caller frees. */
char *kp_proof_cause(const KpProof *proof, const char *banner, const char *compiler);

#endif
