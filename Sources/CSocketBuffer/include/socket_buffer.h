#pragma once

/* A buffer between libmosquitto and its socket.
 *
 * libmosquitto 2.0 takes a packet from the socket with four calls of read(2): one for the first
 * byte, one for each byte of the length, one for the rest. It sends each acknowledgement with a
 * write(2) of its own, and tells a pipe that nobody reads that there is something to send. At tens
 * of thousands of messages a second these six calls are most of what a subscriber costs.
 *
 * It offers no way to hand it bytes. But like every shared library it calls read and write by name,
 * and the program's own definitions of these names come first. Those here serve a thread that asked
 * for it from buffers of that thread, for one socket; every other call goes straight to the system.
 * Where they are not found first (a static libmosquitto), the socket is used as it always was.
 */

/* What each of the two buffers holds: as much as comes in a pause of 5 ms, and the acknowledgements
 * of sixteen thousand messages. */
#define TURNPIKE_SOCKET_BUFFER_BYTES (64 * 1024)

/* From now on the calling thread uses `socket` through its buffers; -1: no socket, and what the
 * buffers hold is forgotten. Only for a non-blocking socket without TLS, by a thread that reads it
 * until it is empty before it waits, and that sends what it wrote with turnpike_socket_send.
 * Returns 0, or -1 if there is no memory: then nothing is buffered. */
int turnpike_socket_buffer(int socket);

/* Whether the calling thread has a buffered socket. */
int turnpike_socket_is_buffered(void);

/* Whether the buffer holds bytes that were read ahead and not asked for yet. */
int turnpike_socket_has_input(void);

/* Sends what was written to the buffered socket. Returns how many bytes are left because the socket
 * takes no more now (0: none), or -1 with errno if the connection is gone. */
long turnpike_socket_send(void);
