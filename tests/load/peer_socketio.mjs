// The peer that ./dev bench measures beside Skat: socket.io on ws, as its documentation starts it, with rooms and acks.
// usage: node peer_socketio.mjs PORT
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { serveClient: false });
io.on('connection', (socket) => {
  socket.on('join', (room, ack) => {
    socket.join(room);
    ack();
  });
  socket.on('say', (room, text, ack) => {
    io.to(room).emit('said', text);
    ack();
  });
  socket.on('message-with-ack', (value, ack) => ack(value));
});
http.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
