using System;
using System.Threading.Tasks;

namespace EdgeMesh.Mqtt.Connections;

/// <summary>Calls the handlers of an event one after the other.</summary>
internal static class AsyncEvents
{
    public static async Task InvokeAsync<T>(this Func<T, Task>? handlers, T argument)
    {
        if (handlers is null) return;
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
            await handler(argument).ConfigureAwait(false);
    }
}
