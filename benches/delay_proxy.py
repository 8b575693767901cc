"""Passes TCP to a local port with a delay. Prints its own port. `delay_proxy.py PORT RTT_MS`."""
import asyncio
import sys

port, half = int(sys.argv[1]), float(sys.argv[2]) / 2000


async def pass_on(reader, writer):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue(maxsize=256)

    async def send():
        while True:
            due, data = await queue.get()
            if data is None:
                break
            wait = due - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            writer.write(data)
            await writer.drain()
        writer.close()

    sender = asyncio.create_task(send())
    try:
        while data := await reader.read(1 << 18):
            await queue.put((loop.time() + half, data))
    except ConnectionError:
        pass
    await queue.put((0, None))
    try:
        await sender
    except ConnectionError:
        pass


async def accept(reader, writer):
    other_reader, other_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(pass_on(reader, other_writer), pass_on(other_reader, writer))


async def main():
    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
