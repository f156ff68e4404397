using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Mqtt;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Broker;

/// <summary>Who in the hub is handed which messages. One is handled at a time; a handler that fails fails on that message alone.</summary>
internal sealed class BrokerSubscriptions(TimeProvider time, ILogger<BrokerConnection> log)
{
    private readonly List<(string Filter, MqttQualityOfServiceLevel Quality, Func<MqttApplicationMessage, Task> Handler)> _all = [];
    private long _handlingSince;

    /// <summary>What is to be subscribed to at the broker.</summary>
    internal IEnumerable<(string Filter, MqttQualityOfServiceLevel Quality)> Filters => _all.Select(s => (s.Filter, s.Quality));

    /// <summary>How long the message now in hand is being handled; null where none is.</summary>
    internal TimeSpan? Handling => Interlocked.Read(ref _handlingSince) is > 0 and long since ? time.GetElapsedTime(since) : null;

    /// <summary>Not while messages come in.</summary>
    internal void Add(string filter, MqttQualityOfServiceLevel quality, Func<MqttApplicationMessage, Task> handler) => _all.Add((filter, quality, handler));

    internal async Task DispatchAsync(MqttApplicationMessage message)
    {
        foreach ((string filter, _, Func<MqttApplicationMessage, Task> handler) in _all)
        {
            if (MqttTopicFilterComparer.Compare(message.Topic, filter) != MqttTopicFilterCompareResult.IsMatch)
            {
                continue;
            }

            try
            {
                Interlocked.Exchange(ref _handlingSince, time.GetTimestamp());
                await handler(message).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                log.LogError(failure, "The handler of {Filter} failed on a message at {Topic}", filter, message.Topic);
            }
            finally
            {
                Interlocked.Exchange(ref _handlingSince, 0);
            }
        }
    }
}
