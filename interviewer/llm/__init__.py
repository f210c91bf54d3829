"""Language models: asking one, whatever server it runs on, and judging with its help.

The only room that imports openai, and only in the client's own thread: importing this
package costs nothing.
"""

from interviewer.llm.client import ChatClient
from interviewer.llm.scripted import ScriptedChat
from interviewer.llm.server import ChatServer

__all__ = ["ChatClient", "ChatServer", "ScriptedChat"]
