using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace EdgeMesh.Mqtt.Connections;

/// <summary>Wakes one waiter; a signal set while nobody waits is kept, a second one is the same as the first.</summary>
internal sealed class MqttSignal
{
    private readonly Channel<bool> channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => channel.Writer.TryWrite(true);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => channel.Reader.ReadAsync(cancellationToken);
}
