using System;
using System.Collections.Immutable;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Events;

/// <summary>Something that happened in the hub, told to whom it may concern. Features meet here, not in each other's stores.</summary>
public abstract record HubEvent;

/// <summary>The hub's typed event stream: subscribers are called in turn, in the publisher's order, and must be quick.</summary>
public sealed class HubEvents(ILogger<HubEvents> log)
{
    private ImmutableArray<Action<HubEvent>> _subscribers = [];

    /// <summary>Calls <paramref name="subscriber"/> for every event until the result is disposed.</summary>
    public IDisposable Subscribe(Action<HubEvent> subscriber)
    {
        ImmutableInterlocked.Update(ref _subscribers, (all, one) => all.Add(one), subscriber);
        return new Subscription(() => ImmutableInterlocked.Update(ref _subscribers, (all, one) => all.Remove(one), subscriber));
    }

    /// <summary>Calls <paramref name="subscriber"/> for every event of one type until the result is disposed.</summary>
    public IDisposable Subscribe<T>(Action<T> subscriber)
        where T : HubEvent => Subscribe(e =>
    {
        if (e is T one)
        {
            subscriber(one);
        }
    });

    /// <summary>Tells every subscriber. One that throws is logged and does not keep the others from hearing.</summary>
    public void Publish(HubEvent e)
    {
        foreach (Action<HubEvent> subscriber in _subscribers)
        {
            try
            {
                subscriber(e);
            }
            catch (Exception failure)
            {
                log.LogError(failure, "A subscriber failed on {Event}", e);
            }
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
