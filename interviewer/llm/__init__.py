"""Language models: asking one, whatever server it runs on, and judging with its help.

The only room that imports openai, and only in the client's own thread: importing this
package costs nothing.
"""

from interviewer.llm.chat_client import ChatClient
from interviewer.llm.scripted_chat import ScriptedChat
from interviewer.llm.server_config import ChatServer

__all__ = ["ChatClient", "ChatServer", "ScriptedChat"]
