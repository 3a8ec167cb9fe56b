// SPDX-License-Identifier: Apache-2.0
// Between launcher.c and served.c.
#ifndef served_h
#define served_h

/** A call of the process begins: instructions are counted anew. (launcher.c) */
void begin(void);
/** The machine is served from now on: the image, compiled and not run, is at index 1. (served.c) */
void serve(lua_State *L);
void makeRoom(void);
extern lua_State *served;

#endif
